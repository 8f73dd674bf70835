import { mysqlApplication, mysqlSuperuser, queryMysql } from "./clients/mysql-client.ts";
import { expectHealthyProcess, expectOwnCredentials } from "./service-checks.ts";
import type { StackHandle } from "./stack-handle.ts";
import type { Suite } from "./suite.ts";

export const mysqlSuite: Suite = {
  name: "mysql",
  summary: "MySQL (or MariaDB in its place): process, credentials, login, version, configuration",
  services: ["mysql"],
  disruptive: false,
  checks: [
    {
      id: "mysql.01",
      title: "the process is healthy and runs without privileges",
      fault: "frozen",
      run: async (context) => {
        const { stack, expect } = context;
        await expectHealthyProcess(context, "mysql");
        const [row] = await queryMysql(stack, await mysqlApplication(stack), "select 1 as one");
        expect("select 1", row?.["one"]).equals(1);
      },
    },
    {
      id: "mysql.02",
      title: "its credentials come from the vault with its own AppRole",
      fault: "policy-missing",
      run: async (context) => expectOwnCredentials(context, "mysql", ["mysql", "mysql-admin"]),
    },
    {
      id: "mysql.03",
      title:
        "a client connects with them over TLS; a wrong password and other databases are refused",
      fault: "second-password",
      run: async ({ stack, expect }) => {
        const login = await mysqlApplication(stack);
        const [row] = await queryMysql(stack, login, "select user() as name, database() as place");
        expect("user()", row?.["name"]).equals(`${login.user}@127.0.0.1`);
        expect("database()", row?.["place"]).equals(login.database);
        const [tls] = await queryMysql(stack, login, "show session status like 'Ssl_version'");
        expect("Ssl_version", tls?.["Value"]).matches(/^TLSv1\.[23]$/);
        await expect.refusal(
          "a wrong password",
          queryMysql(stack, { ...login, password: wrong(login.password) }, "select 1"),
          /Access denied for user/,
        );
        await expect.refusal(
          "the application in another database",
          queryMysql(stack, login, "select count(*) from mysql.db"),
          /command denied to user/,
        );
      },
    },
    {
      id: "mysql.04",
      title: "the version query answers with the engine's version",
      fault: "sys-schema-of-another-version",
      run: async ({ stack, expect }) => {
        const { version } = await stack.engine("mysql");
        const [row] = await queryMysql(
          stack,
          await mysqlSuperuser(stack),
          "select version() as version, concat_ws('.', sys.version_major(), sys.version_minor(), sys.version_patch()) as by_sys",
        );
        const seen = String(row?.["version"]);
        expect("version()", seen).satisfies(
          version,
          seen === version || seen.startsWith(`${version}-`),
        );
        expect("the version by the sys schema", row?.["by_sys"]).equals(version);
      },
    },
    {
      id: "mysql.05",
      title: "its configuration is as rendered: connections, TLS, loopback, data folder",
      fault: "fewer-connections",
      run: async ({ stack, expect }) => {
        const rows = await queryMysql(stack, await mysqlSuperuser(stack), "show global variables");
        const variable = new Map(rows.map((row) => [row["Variable_name"], row["Value"]]));
        expect("max_connections", variable.get("max_connections")).equals("200");
        expect("bind_address", variable.get("bind_address")).equals("127.0.0.1");
        expect("datadir", variable.get("datadir")).equals(`${stack.folders.data}/mysql/`);
        expect("ssl_cert", variable.get("ssl_cert")).equals(
          `${stack.folders.run}/mysql/tls/certificate.pem`,
        );
        expect("tls_version", variable.get("tls_version")).equals("TLSv1.2,TLSv1.3");
        expect("have_ssl", variable.get("have_ssl") ?? "YES").equals("YES"); // MySQL 8.4 has it no more
      },
    },
  ],
  faults: [
    {
      name: "frozen",
      summary: "the server is stopped by SIGSTOP",
      turnsRed: ["mysql.01", "mysql.03", "mysql.04", "mysql.05"],
      apply: async (stack) => stack.signal("mysql", "SIGSTOP"),
    },
    {
      name: "policy-missing",
      summary: "the service's policy is deleted",
      turnsRed: ["mysql.02"],
      apply: async (stack) => (await stack.administrator()).delete("sys/policies/acl/mysql-policy"),
    },
    {
      name: "second-password",
      summary: "the application's account takes another password too",
      turnsRed: ["mysql.03"],
      apply: giveSecondPassword,
    },
    {
      name: "sys-schema-of-another-version",
      summary: "the sys schema tells another version",
      turnsRed: ["mysql.04"],
      apply: async (stack) => {
        const superuser = await mysqlSuperuser(stack);
        await queryMysql(stack, superuser, "drop function sys.version_minor");
        await queryMysql(
          stack,
          superuser,
          "create function sys.version_minor() returns int deterministic no sql return 99",
        );
      },
    },
    {
      name: "fewer-connections",
      summary: "the server allows half the connections",
      seam: "fewer-connections",
      turnsRed: ["mysql.05"],
    },
  ],
};

/** Not the password, but one that the fault can teach to the server. */
function wrong(password: string | undefined): string {
  return `${password}x`;
}

/** How each product is told that two passwords count. */
const secondPassword: Readonly<Record<string, string>> = {
  mysql: "alter user :user@'%' identified by :wrong retain current password",
  mariadb:
    "alter user :user@'%' identified via mysql_native_password using password(:right) or mysql_native_password using password(:wrong)",
};

async function giveSecondPassword(stack: StackHandle): Promise<void> {
  const { product } = await stack.engine("mysql");
  const { user, password } = await mysqlApplication(stack);
  await queryMysql(stack, await mysqlSuperuser(stack), secondPassword[product] ?? "", {
    user,
    right: password,
    wrong: wrong(password),
  });
}
