import { postgresSuperuser, queryPostgres } from "./clients/postgres-client.ts";
import { expectHealthyProcess, expectOwnCredentials } from "./service-checks.ts";
import type { CheckContext, Suite } from "./suite.ts";

export const postgresSuite: Suite = {
  name: "postgres",
  summary: "PostgreSQL: process, credentials, login, version, configuration",
  services: ["postgres"],
  disruptive: false,
  checks: [
    {
      id: "postgres.01",
      title: "the process is healthy and runs without privileges",
      fault: "frozen",
      run: async (context) => {
        await expectHealthyProcess(context, "postgres");
        const rows = await asApplication(context, "select 1 as one");
        context.expect("select 1", rows[0]?.["one"]).equals(1);
      },
    },
    {
      id: "postgres.02",
      title: "its credentials come from the vault with its own AppRole",
      fault: "policy-missing",
      run: async (context) =>
        expectOwnCredentials(context, "postgres", ["postgres", "postgres-admin"]),
    },
    {
      id: "postgres.03",
      title: "a client connects with them over TLS, and a wrong password is refused",
      fault: "trust-authentication",
      run: async (context) => {
        const { stack, expect } = context;
        const { user, password, database } = await stack.secret("postgres");
        const rows = await asApplication(
          context,
          "select current_user as name, (select ssl from pg_stat_ssl where pid = pg_backend_pid()) as ssl",
        );
        expect("current_user", rows[0]?.["name"]).equals(user);
        expect("over TLS", rows[0]?.["ssl"]).equals(true);
        const wrong = queryPostgres(
          stack,
          { user, password: `${password}x`, database },
          "select 1",
        );
        await expect.refusal("a wrong password", wrong, /password authentication failed/);
      },
    },
    {
      id: "postgres.04",
      title: "the version query answers with the engine's version",
      fault: "version-refused",
      run: async (context) => {
        const { version } = await context.stack.engine("postgres");
        const rows = await asApplication(context, "select version()");
        context
          .expect("version()", rows[0]?.["version"])
          .satisfies(
            `PostgreSQL ${version}`,
            String(rows[0]?.["version"]).startsWith(`PostgreSQL ${version} `),
          );
      },
    },
    {
      id: "postgres.05",
      title: "its configuration is as rendered: connections, TLS, loopback, data folder",
      fault: "fewer-connections",
      run: async ({ stack, expect }) => {
        const rows = await queryPostgres(
          stack,
          await postgresSuperuser(stack),
          "select name, setting from pg_settings",
        );
        const setting = new Map(rows.map((row) => [row["name"], row["setting"]]));
        expect("max_connections", setting.get("max_connections")).equals("100");
        expect("ssl", setting.get("ssl")).equals("on");
        expect("listen_addresses", setting.get("listen_addresses")).equals("127.0.0.1");
        expect("data_directory", setting.get("data_directory")).equals(
          `${stack.folders.data}/postgres`,
        );
      },
    },
  ],
  faults: [
    {
      name: "frozen",
      summary: "the postmaster is stopped by SIGSTOP",
      turnsRed: ["postgres.01", "postgres.03", "postgres.04", "postgres.05"],
      apply: async (stack) => stack.signal("postgres", "SIGSTOP"),
    },
    {
      name: "policy-missing",
      summary: "the service's policy is deleted",
      turnsRed: ["postgres.02"],
      apply: async (stack) =>
        (await stack.administrator()).delete("sys/policies/acl/postgres-policy"),
    },
    {
      name: "trust-authentication",
      summary: "pg_hba.conf lets everybody in from loopback",
      seam: "trust-authentication",
      turnsRed: ["postgres.03"],
    },
    {
      name: "version-refused",
      summary: "the application may not call version()",
      turnsRed: ["postgres.04"],
      apply: async (stack) => {
        const { database } = await stack.secret("postgres");
        await queryPostgres(
          stack,
          await postgresSuperuser(stack, database),
          "revoke execute on function version() from public",
        );
      },
    },
    {
      name: "fewer-connections",
      summary: "the server allows half the connections",
      seam: "fewer-connections",
      turnsRed: ["postgres.05"],
    },
  ],
};

async function asApplication(
  { stack }: CheckContext,
  text: string,
): ReturnType<typeof queryPostgres> {
  const { user, password, database } = await stack.secret("postgres");
  return queryPostgres(stack, { user, password, database }, text);
}
