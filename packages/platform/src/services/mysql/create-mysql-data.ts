import { rm } from "node:fs/promises";
import path from "node:path";
import { writeFileAtomically } from "../../shared/files.ts";
import type { StepContext } from "../definition.ts";
import { superuserOf } from "./client.ts";

/** "Insecure" means a superuser without a password, who gets one by the file before the server first listens. */
export async function createMysqlData({ run, execute }: StepContext): Promise<void> {
  const { escape } = await import("mysql2");
  const { user, password } = superuserOf(run);
  const statements = [
    `alter user 'root'@'localhost' identified by ${escape(password)};`,
    `rename user 'root'@'localhost' to ${escape(user)}@'127.0.0.1';`,
    "",
  ];
  const file = path.join(run.folders.files, "initialise.sql");
  await writeFileAtomically(file, statements.join("\n"), { owner: run.account });
  try {
    await execute({
      program: "mysqld",
      args: [
        `--defaults-file=${run.folders.files}/my.cnf`,
        `--datadir=${run.folders.data}`,
        "--initialize-insecure",
        `--init-file=${file}`,
        "--innodb-flush-method=nosync",
        "--innodb-flush-log-at-trx-commit=0",
      ],
    });
  } finally {
    await rm(file, { force: true });
  }
}
