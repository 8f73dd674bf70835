import type { Run, StepContext } from "../definition.ts";
import { createMariadbSuperuser, createMariadbTables } from "./create-mariadb-data.ts";
import { createMysqlData } from "./create-mysql-data.ts";

/** All in which the two products differ. */
interface Product {
  /** The server's program. */
  readonly server: string;
  /** Has it serve what the certificate's files hold; connections that are open stay. */
  readonly takeUpCertificate: string;
  /** Settings that the other one does not know, or has otherwise. */
  readonly settings: Readonly<Record<string, string>>;
  /** What of new data is the same for every stack; undefined: it can't be told from the rest. */
  readonly template?: (context: StepContext) => Promise<void>;
  /** A data folder whose only account is the superuser, from 127.0.0.1, with the vault's password. */
  readonly createData: (context: StepContext) => Promise<void>;
}

const products: Readonly<Record<string, Product>> = {
  mariadb: {
    server: "mariadbd",
    takeUpCertificate: "flush ssl",
    settings: {
      "innodb-log-file-size": "16M", // laid out in advance; no slower than the 96 MB of the default
    },
    template: createMariadbTables,
    createData: createMariadbSuperuser,
  },
  mysql: {
    server: "mysqld",
    takeUpCertificate: "alter instance reload tls",
    settings: {
      mysqlx: "OFF", // another protocol, on another port, on all addresses
      "auto-generate-certs": "OFF",
      "disable-log-bin": "ON",
      "innodb-redo-log-capacity": "64M",
      "performance-schema": "OFF", // 240 MB of memory
      "secure-file-priv": "NULL", // the default is a folder of the distribution's
    },
    createData: createMysqlData,
  },
};

export function productOf(run: Pick<Run, "engine">): Product {
  const product = products[run.engine.product];
  if (product) return product;
  throw new Error(`${run.engine.product} is no product that stands for MySQL`);
}
