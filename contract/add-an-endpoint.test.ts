import { execFile } from "node:child_process";
import {
  cp,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  realpath,
  rm,
  symlink,
  writeFile,
} from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, it } from "vitest";

const checkout = path.resolve(import.meta.dirname, "..");
const guide = path.join(checkout, "docs", "guides", "add-an-endpoint.md");
let copy: string;

beforeAll(async () => {
  copy = await realpath(await mkdtemp(path.join(os.tmpdir(), "guide-")));
  for (const folder of ["apps", "contract", "packages/api-kit"])
    await cp(path.join(checkout, folder), path.join(copy, folder), { recursive: true });
  await linkModules();
}, 60_000);
afterAll(async () => rm(copy, { recursive: true }));

it(
  "is served by both applications once the guide's steps are done",
  { timeout: 120_000 },
  async () => {
    const steps = stepsOf(await readFile(guide, "utf8"));
    expect(steps).toHaveLength(10);
    const [contract, schema, ...code] = steps as [Step, Step, ...Step[]];
    await follow(contract);
    await follow(schema);
    await expect(askBoth()).rejects.toThrow("nothing handles the operation getCacheLength");
    for (const step of code) await follow(step);
    const [first, second] = await askBoth();
    expect(first).toEqual(second);
    expect(first).toEqual({
      document: expect.objectContaining({ openapi: "3.1.0" }),
      length: 503, // there is no vault, so no Redis
      tooLong: 422,
    });
    expect(first?.document.paths).toHaveProperty(["/examples/cache/{key}/length"]);
  },
);

interface Step {
  readonly file: string;
  readonly how: "before" | "in place of";
  readonly line: string;
  readonly code: string;
}

/** "In `file`, before `line`", and the block that follows. */
function stepsOf(text: string): readonly Step[] {
  const steps = text.matchAll(
    /In `(.+?)`, (before|in place of)\s+`(.+)`\n\n( *)```\w+\n([^]*?)\n *```/g,
  );
  return [...steps].map(([, file = "", how, line = "", margin = "", code = ""]) => ({
    file,
    how: how as Step["how"],
    line,
    code: code.replaceAll(new RegExp(`^${margin}`, "gm"), ""),
  }));
}

async function follow({ file, how, line, code }: Step): Promise<void> {
  const at = path.join(copy, file);
  const lines = (await readFile(at, "utf8")).split("\n");
  const found = lines.flatMap((one, index) => (one === line ? [index] : []));
  expect(found, `${line} in ${file}`).toHaveLength(1);
  const margin = /^ */.exec(line)?.[0] ?? "";
  const added = code.split("\n").map((one) => margin + one);
  lines.splice(found[0] ?? 0, how === "before" ? 0 : 1, ...added);
  await writeFile(at, lines.join("\n"));
}

/** npm's packages as they are; the repository's own are the copy's. */
async function linkModules(): Promise<void> {
  const from = path.join(checkout, "node_modules");
  const to = path.join(copy, "node_modules");
  await mkdir(path.join(to, "@devstack"), { recursive: true });
  for (const name of await readdir(from))
    if (name !== "@devstack" && !name.startsWith("."))
      await symlink(path.join(from, name), path.join(to, name));
  await symlink(path.join(copy, "packages/api-kit"), path.join(to, "@devstack", "api-kit"));
}

interface Answers {
  readonly document: { readonly paths: object };
  readonly length: number;
  readonly tooLong: number;
}

/** Both applications of the copy, in a process of their own. */
async function askBoth(): Promise<readonly Answers[]> {
  const file = path.join(copy, "ask-both.ts");
  await writeFile(
    file,
    `
    import { createContext, readSettings } from "@devstack/api-kit";
    import { buildApp as codeFirst } from "./apps/api-code-first/src/build-app.ts";
    import { buildApp as contractFirst } from "./apps/api-contract-first/src/build-app.ts";
    import { readContract } from "./apps/api-contract-first/src/read-contract.ts";
    const settings = readSettings({ VAULT_ADDR: "http://127.0.0.1:1", VAULT_TOKEN: "none", LOG_LEVEL: "fatal" });
    const context = () => createContext(settings, { implementation: "contract-api" });
    const contract = await readContract("contract/openapi.yaml");
    const answers = [];
    for (const build of [codeFirst, (own) => contractFirst(own, contract)]) {
      const own = context();
      const app = build(own);
      answers.push({
        document: (await app.inject("/openapi.json")).json(),
        length: (await app.inject("/examples/cache/key/length")).statusCode,
        tooLong: (await app.inject("/examples/cache/" + "k".repeat(201) + "/length")).statusCode,
      });
      await app.close();
      await own.close();
    }
    console.log(JSON.stringify(answers));`,
  );
  const { stdout } = await promisify(execFile)(process.execPath, [file], {
    cwd: copy,
    env: {},
    maxBuffer: 16 * 1024 * 1024,
  });
  return JSON.parse(stdout) as readonly Answers[];
}
