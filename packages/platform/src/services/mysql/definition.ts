import { type ClientShell, defineService, generated, rewriting } from "../definition.ts";
import { engineProcess } from "../engine-process.ts";
import { applicationOf, portOf, superuserOf, withConnection } from "./client.ts";
import { engine } from "./engine.ts";
import { applicationStep, writeAndReadBack } from "./initialise.ts";
import { productOf } from "./products.ts";
import { serverConfiguration } from "./render.ts";
import { systemTablesStep } from "./system-tables.ts";

export const mysql = defineService({
  name: "mysql",
  summary: "MySQL, or MariaDB where there is none: the other relational store",
  engine,
  ports: { mysql: { sql: { default: 3306, purpose: "SQL", tls: "same" } } },
  dependsOn: ["vault"],
  credentials: [
    {
      path: "mysql",
      fields: { user: "devuser", password: generated, database: "devdb", tls_enabled: true },
    },
    { path: "mysql-admin", fields: { user: "root", password: generated } },
  ],
  certificate: {
    keyType: "ec",
    takeUp: async ({ run, signal }) =>
      withConnection(
        run,
        signal,
        superuserOf(run),
        async (query) => void (await query(productOf(run).takeUpCertificate)),
      ),
  },
  render: (run) => [{ path: "my.cnf", content: serverConfiguration(run) }],
  template: (run) => productOf(run).template,
  createData: async (context) => productOf(context.run).createData(context),
  process: (run) =>
    engineProcess(run, {
      program: productOf(run).server,
      args: [`--defaults-file=${run.folders.files}/my.cnf`],
      stop: { signal: "SIGTERM", graceMs: 15_000 },
    }),
  accepting: async (run, signal) =>
    withConnection(run, signal, superuserOf(run), async (query) => void (await query("select 1"))),
  initialise: [systemTablesStep, applicationStep],
  readyMeans: "the application logs in, writes a row and reads it back",
  ready: writeAndReadBack,
  connection: (run) => {
    const { user, password, database } = applicationOf(run);
    const port = portOf(run);
    const [name, word] = [user, password].map(encodeURIComponent);
    return {
      url: `mysql://${name}:${word}@127.0.0.1:${port}/${database}`,
      env: {
        MYSQL_HOST: "127.0.0.1",
        MYSQL_TCP_PORT: String(port),
        MYSQL_USER: user,
        MYSQL_PASSWORD: password,
        MYSQL_PWD: password, // this one the engine's own clients read
        MYSQL_DATABASE: database,
      },
    };
  },
  shells: (run) => {
    const { user, password, database } = applicationOf(run);
    const shell = (program: string, ...tls: readonly string[]): ClientShell => ({
      program,
      args: [
        "--no-defaults",
        "--protocol=tcp",
        "--host=127.0.0.1",
        `--port=${portOf(run)}`,
        `--user=${user}`,
        `--ssl-ca=${run.tls.ca}`,
        ...tls,
        database,
      ],
      env: { MYSQL_PWD: password },
      historyVariable: "MYSQL_HISTFILE",
    });
    return [
      shell("mariadb", "--ssl-verify-server-cert"),
      shell("mysql", "--ssl-mode=VERIFY_IDENTITY"),
    ];
  },
  faults: {
    "fewer-connections": {
      summary: "the server allows half the connections",
      change: rewriting("my.cnf", (content) =>
        content.replace('max-connections = "200"', 'max-connections = "100"'),
      ),
    },
  },
});
