import { mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import path from "node:path";
import { startStack } from "devstack/testing";
import { afterAll, beforeAll, expect, it } from "vitest";
import { runCommand } from "../command-line.ts";

const checkout = path.resolve(import.meta.dirname, "..", "..", "..", "..");
const guide = path.join(checkout, "docs", "guides", "from-approle-to-query.md");
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp("/var/tmp/guide-");
  await symlink(path.join(checkout, "node_modules"), path.join(folder, "node_modules"));
  await writeFile(path.join(folder, "package.json"), '{ "type": "module" }');
});
afterAll(async () => rm(folder, { recursive: true }));

it("comes from an AppRole to a query with the guide's own lines", async () => {
  await using stack = await startStack({ services: ["vault", "postgres"] });
  const [, code = ""] = /```ts\n([^]*?)```/.exec(await readFile(guide, "utf8")) ?? [];
  const file = path.join(folder, "query.ts");
  await writeFile(file, code);
  const environment = {
    PATH: "/usr/bin:/bin",
    HOME: folder,
    VAULT_ADDR: stack.env["VAULT_ADDR"],
    VAULT_CACERT: stack.caFile,
    NODE_EXTRA_CA_CERTS: stack.caFile,
    VAULT_APPROLE_DIR: path.resolve(stack.caFile, "..", "..", "approles", "reference-api"),
    PGPORT: stack.env["PGPORT"],
  };
  const ran = await runCommand(process.execPath, [file], { env: environment });
  expect(ran.stderr).not.toContain("Error");
  expect(ran.stdout).toContain("devuser");
  expect(ran.exit).toBe(0);
});

it("stays under a page", async () => {
  expect((await readFile(guide, "utf8")).split("\n").length).toBeLessThan(66);
});
