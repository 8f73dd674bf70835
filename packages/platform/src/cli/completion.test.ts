import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const main = path.resolve(import.meta.dirname, "main.ts");
const launcher = path.resolve(import.meta.dirname, "../../../../devstack");
const inZsh = path.resolve(import.meta.dirname, "fixtures/offered-in-zsh.zsh");

let folder: string;

/** How a real shell is asked what it offers for each of these lines: words, one a line, and a line with = after them. */
const shells: Readonly<
  Record<string, (script: string, lines: readonly string[]) => readonly string[]>
> = {
  bash: (script, lines) => [
    "--norc",
    "--noprofile",
    "-uc",
    `source "$0"
for line; do
  read -ra COMP_WORDS <<<"$line"; [[ $line != *' ' ]] || COMP_WORDS+=('')
  COMP_CWORD=$((\${#COMP_WORDS[@]} - 1)); _devstack; printf '%s\\n' "\${COMPREPLY[@]}" =
done`,
    script,
    ...lines,
  ],
  zsh: (script, lines) => ["-f", inZsh, script, ...lines],
  fish: (script, lines) => [
    "--no-config",
    "-c",
    `source $argv[1]; for line in $argv[2..-1]; complete -C $line | cut -f1; echo =; end`,
    script,
    ...lines,
  ],
};
const isThere = (shell: string): boolean => spawnSync(shell, ["--version"]).error === undefined;
const found = Object.keys(shells).filter(isThere);
for (const shell of Object.keys(shells))
  if (!found.includes(shell))
    process.stderr.write(`completion in ${shell}: skipped, ${shell} is not on PATH\n`);

beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), "completion-"));
  const config = { apps: { storefront: { command: "true" }, worker: { command: "true" } } };
  const file = path.join(folder, "devstack.config.ts");
  await writeFile(file, `export default ${JSON.stringify(config)};\n`);
});
afterAll(async () => rm(folder, { recursive: true }));

/** By line, sorted. */
async function offered(
  shell: string,
  lines: readonly string[],
): Promise<Readonly<Record<string, readonly string[]>>> {
  const script = path.join(folder, `completion.${shell}`);
  if (!existsSync(script)) {
    const generated = spawnSync(process.execPath, [main, "completion", shell]);
    await writeFile(script, generated.stdout);
  }
  const { stdout, stderr } = spawnSync(shell, shells[shell]?.(script, lines) ?? [], {
    encoding: "utf8",
    cwd: folder,
    timeout: 25_000, // a shell that waits for ever says so by what it lacks
    env: { ...process.env, HOME: folder, ZDOTDIR: folder, XDG_CONFIG_HOME: folder },
  });
  expect(stderr).toBe("");
  const blocks = stdout.split(/^=$/m).map((block) => block.trim().split("\n").filter(Boolean));
  return Object.fromEntries(
    lines.map((line, index) => [line, [...new Set(blocks[index])].toSorted()]),
  );
}

describe.each(found)("in %s", (shell) => {
  it("are offered commands, services, instances, suites, options, their values and programs", async () => {
    const expected = {
      "devstack re": ["restart"],
      "devstack up post": ["postgres"],
      "devstack up postgres red": ["redis"],
      "devstack logs redis-": [1, 2, 3, 4, 5, 6].map((node) => `redis-${node}`),
      "devstack test redis": ["redis-cluster"],
      "devstack destroy --y": ["--yes"],
      "devstack env --format ": ["dotenv", "json", "shell"],
      "devstack vault show": ["show-password"],
      "devstack vault show-password post": ["postgres"],
      "devstack vault status s": [],
      "devstack completion z": ["zsh"],
      "devstack run -- printen": ["printenv"],
    };
    expect(await offered(shell, Object.keys(expected))).toEqual(expected);
  });

  it("are offered the user's own applications where they may follow", async () => {
    const [may, mayNot] = [`${launcher} wait store`, `${launcher} env store`];
    expect(await offered(shell, [may, mayNot])).toEqual({ [may]: ["storefront"], [mayNot]: [] });
  });
});

it("offers the services all the same where the configuration is none", async () => {
  const file = path.join(folder, "devstack.config.ts");
  await writeFile(file, "export default {");
  const line = `${launcher} up post`;
  expect(await offered("bash", [line])).toEqual({ [line]: ["postgres"] });
});

it("refuses another shell with the nearest", () => {
  const { status, stderr } = spawnSync(process.execPath, [main, "completion", "bsh"], {
    encoding: "utf8",
  });
  expect(status).toBe(2);
  expect(stderr).toContain('did you mean "bash"?');
});
