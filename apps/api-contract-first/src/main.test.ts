import { spawn } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";

const own = path.resolve(import.meta.dirname, "../../../contract/openapi.yaml");
let folder: string;

beforeEach(async () => void (folder = await mkdtemp(path.join(os.tmpdir(), "contract-"))));
afterEach(async () => rm(folder, { recursive: true }));

const refused = [
  {
    what: "that is no YAML",
    alter: () => "openapi: 3.1.0\npaths: {",
    says: /unexpected end|flow/,
  },
  {
    what: "that is no OpenAPI 3.1",
    alter: (text: string) => text.replace("openapi: 3.1.0", "openapi: 2.0.0"),
    says: /no OpenAPI 3\.1 document/,
  },
  {
    what: "that refers to nothing",
    alter: (text: string) => text.replaceAll("schemas/Root", "schemas/Roof"),
    says: /#\/components\/schemas\/Roof is not there/,
  },
  {
    what: "with an operation that nothing handles, which leaves a handler without one",
    alter: (text: string) => text.replace("operationId: getDocs", "operationId: getManual"),
    says: /nothing handles the operation getManual; no operation asks for the handler getDocs/,
  },
];

it.each(refused)("ends with 2 and says why, of a contract $what", async ({ alter, says }) => {
  const copy = path.join(folder, "copy.yaml");
  const altered = alter(await readFile(own, "utf8"));
  expect(altered).not.toBe(await readFile(own, "utf8"));
  await writeFile(copy, altered);
  const { exit, stderr } = await start(copy);
  expect(stderr).toMatch(says);
  expect(stderr).toContain(copy);
  expect(stderr).not.toMatch(/^\s+at /m);
  expect(exit).toBe(2);
});

it("ends with 2 and says why, of no contract and of wrong settings", async () => {
  const none = path.join(folder, "none.yaml");
  expect(await start(none)).toMatchObject({ exit: 2, stderr: expect.stringContaining(none) });
  expect(await start(own, { HTTP_PORT: "none" })).toMatchObject({
    exit: 2,
    stderr: expect.stringContaining("HTTP_PORT"),
  });
});

async function start(
  contract: string,
  settings: Readonly<Record<string, string>> = {},
): Promise<{ readonly exit: number | null; readonly stderr: string }> {
  const main = path.join(import.meta.dirname, "main.ts");
  const child = spawn(process.execPath, [main, contract], {
    env: { VAULT_TOKEN: "none", HTTP_PORT: "1", ...settings },
    stdio: ["ignore", "ignore", "pipe"],
  });
  let stderr = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
  const exit = await new Promise<number | null>((resolve) => child.once("close", resolve));
  return { exit, stderr };
}
