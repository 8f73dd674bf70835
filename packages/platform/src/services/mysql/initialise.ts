import { randomUUID } from "node:crypto";
import type { Run, Step } from "../definition.ts";
import { applicationOf, superuserOf, withConnection } from "./client.ts";

/** The server is reached over loopback alone, under whatever address a container gives to it. */
const fromAnywhere = "%";

/** The rights come last, so that they tell of the account too. */
export const applicationStep: Step = {
  name: "application account and database",
  done: async ({ run, signal }) =>
    withConnection(run, signal, superuserOf(run), async (query) => {
      const { user, database } = applicationOf(run);
      const rights = await query("select 1 from mysql.db where User = ? and Host = ? and Db = ?", [
        user,
        fromAnywhere,
        pattern(database),
      ]);
      const there = await query("select 1 from information_schema.schemata where schema_name = ?", [
        database,
      ]);
      return rights.length === 1 && there.length === 1;
    }),
  apply: async ({ run, signal }) =>
    withConnection(run, signal, superuserOf(run), async (query) => {
      const { user, password, database } = applicationOf(run);
      await query(`create database if not exists ${name(database)}`);
      const account = [user, fromAnywhere, password];
      await query("create user if not exists ?@? identified by ?", account);
      await query("alter user ?@? identified by ?", account);
      await query(
        `grant all privileges on ${name(pattern(database))}.* to ?@?`,
        account.slice(0, 2),
      );
    }),
};

function name(identifier: string): string {
  return `\`${identifier.replaceAll("`", "``")}\``;
}

/** Rights are given on a pattern, in which `_` and `%` stand for other letters. */
function pattern(database: string): string {
  return database.replaceAll(/[_%\\]/g, String.raw`\$&`);
}

/** As the application: a table that only this session sees, a row written and read back. */
export async function writeAndReadBack(run: Run, signal: AbortSignal): Promise<void> {
  const word = randomUUID();
  await withConnection(run, signal, applicationOf(run), async (query) => {
    await query("create temporary table devstack_ready (word varchar(36))");
    await query("insert into devstack_ready values (?)", [word]);
    const [row] = await query("select word from devstack_ready");
    if (row?.["word"] !== word)
      throw new Error(`${run.engine.product} gave back ${row?.["word"]} for ${word}`);
  });
}
