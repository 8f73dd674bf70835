import { readFile } from "node:fs/promises";
import path from "node:path";
import { exists } from "../../shared/files.ts";
import type { StepContext } from "../definition.ts";
import { programOf } from "../engine-process.ts";
import { serviceErrors } from "../errors.ts";
import { superuserOf } from "./client.ts";
import { markSystemTables } from "./system-tables.ts";

/** What mariadb-install-db gives to the server, in its order; that script syncs every step and takes twice as long. */
const scriptsOf = (prefix: string): readonly string[] => [
  `${prefix}_system_tables.sql`,
  `${prefix}_performance_tables.sql`,
  `${prefix}_system_tables_data.sql`,
  "fill_help_tables.sql",
  "maria_add_gis_sp_bootstrap.sql",
  `${prefix}_sys_schema.sql`,
];

/** Before MariaDB 11 most of them bore MySQL's name. */
const prefixes = ["mariadb", "mysql"];

/** The server's own tables, and no account that anybody could log in to. */
export async function createMariadbTables(context: StepContext): Promise<void> {
  const files = await findScripts(programOf(context.run.engine, "mariadbd"));
  const texts = files.map(async (file) => readFile(file, "utf8"));
  await bootstrap(context, [
    "create database mysql;",
    "use mysql;",
    "set @auth_root_socket = null;",
    ...(await Promise.all(texts)),
    // The scripts make accounts without a password; mariadb.sys owns the views of the sys schema.
    "delete from mysql.global_priv where User <> 'mariadb.sys';",
    "delete from mysql.proxies_priv;",
  ]);
}

export async function createMariadbSuperuser(context: StepContext): Promise<void> {
  const { escape } = await import("mysql2");
  const { user, password } = superuserOf(context.run);
  const account = `${escape(user)}@'127.0.0.1'`;
  await bootstrap(context, [
    "flush privileges;",
    `create user ${account} identified by ${escape(password)};`,
    `grant all privileges on *.* to ${account} with grant option;`,
  ]);
  await markSystemTables(context.run);
}

/** Statements for a server that listens nowhere and ends after the last; a statement goes up to a line that ends in `;`. */
async function bootstrap(
  { run, execute }: StepContext,
  statements: readonly string[],
): Promise<void> {
  await execute({
    program: "mariadbd",
    args: [
      `--defaults-file=${run.folders.files}/my.cnf`,
      `--datadir=${run.folders.data}`,
      "--bootstrap",
      "--innodb-flush-method=nosync",
      "--innodb-flush-log-at-trx-commit=0",
    ],
    input: [...statements, ""].join("\n"),
  });
}

/** `share/mysql` beside the program's folder; some distributions call it `share/mariadb`, the vendor's archive `share`. */
async function findScripts(server: string): Promise<readonly string[]> {
  const folders = ["share/mysql", "share/mariadb", "share"].map((name) =>
    path.resolve(server, "../..", name),
  );
  for (const folder of folders) {
    for (const prefix of prefixes) {
      const files = scriptsOf(prefix).map((name) => path.join(folder, name));
      if ((await Promise.all(files.map(exists))).every(Boolean)) return files;
    }
  }
  throw serviceErrors.DS_INITIALISATION_FAILED(
    `the scripts that make MariaDB's system tables are in none of ${folders.join(", ")}`,
    {
      hint: "they come with the server's package; name a whole installation in devstack.config.ts",
    },
  );
}
