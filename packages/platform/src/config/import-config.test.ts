import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { afterEach, beforeEach, expect, it } from "vitest";

// In a process of its own: the tests' runner has its own way of loading modules.
const program = `
import { importConfig } from ${JSON.stringify(new URL("import-config.ts", import.meta.url).href)};
console.log(JSON.stringify(await importConfig(process.argv[1]).catch((error) => error)));
`;

let folder: string;
let file: string;

beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), "import-config-"));
  file = path.join(folder, "devstack.config.ts");
});
afterEach(async () => rm(folder, { recursive: true }));

it.each(["commonjs", "module", undefined])(
  "finds devstack and takes the file for a module in a project of type %s that has no such package",
  async (type) => {
    await writeFile(path.join(folder, "package.json"), JSON.stringify({ name: "shop", type }));
    await writeFile(
      file,
      `import { defineStack } from "devstack";
const profile: string = "minimal";
export default defineStack({ profile });
`,
    );
    expect(await imported()).toEqual({ profile: "minimal" });
  },
);

it.each([
  ['import "no-such-package";\nexport default {};\n', /Cannot find package 'no-such-package'/],
  [
    "\nexport default { profile: nope };\n",
    /devstack\.config\.ts:2 can't be loaded: nope is not defined/,
  ],
])("says of %j why it can't be loaded", async (text, message) => {
  await writeFile(file, text);
  expect(await imported()).toMatchObject({
    code: "DS_CONFIG_INVALID",
    exit: 2,
    message: expect.stringMatching(message),
  });
});

/** Its default export, or the error, with nothing said besides. */
async function imported(): Promise<unknown> {
  const args = ["--input-type=module", "-e", program, file];
  const { stdout, stderr } = await promisify(execFile)(process.execPath, args);
  expect(stderr).toBe("");
  return JSON.parse(stdout);
}
