import { spawnSync } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { expect, it } from "vitest";

const main = path.resolve(import.meta.dirname, "main.ts");
const generated = new Map<string, string>();

function script(shell: string): string {
  const found =
    generated.get(shell) ??
    spawnSync(process.execPath, [main, "completion", shell], { encoding: "utf8" }).stdout;
  generated.set(shell, found);
  return found;
}

/** What a real bash offers for a line whose last word is begun. */
function offered(
  words: readonly string[],
  { cwd, launcher = "devstack" }: { readonly cwd?: string; readonly launcher?: string } = {},
): readonly string[] {
  const asking = `${script("bash")}
COMP_WORDS=("$0" "$@"); COMP_CWORD=$#; _devstack; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const { stdout, stderr } = spawnSync(
    "bash",
    ["--norc", "--noprofile", "-euc", asking, launcher, ...words],
    { encoding: "utf8", cwd },
  );
  expect(stderr).toBe("");
  return stdout.split("\n").filter((word) => word !== "");
}

it("offers commands, services, instances, suites, options and their values in bash", () => {
  expect(offered(["re"])).toEqual(["restart"]);
  expect(offered(["up", "post"])).toEqual(["postgres"]);
  expect(offered(["logs", "redis-"])).toEqual([1, 2, 3, 4, 5, 6].map((node) => `redis-${node}`));
  expect(offered(["test", "redis"])).toEqual(["redis-cluster"]);
  expect(offered(["destroy", "--y"])).toEqual(["--yes"]);
  expect(offered(["env", "--format", ""])).toEqual(["dotenv", "shell", "json"]);
  expect(offered(["vault", "show"])).toEqual(["show-password"]);
  expect(offered(["completion", ""])).toEqual(["bash", "zsh", "fish"]);
});

it("offers the user's own applications where they may follow", async () => {
  const folder = await mkdtemp(path.join(os.tmpdir(), "completion-"));
  const config = { apps: { storefront: { command: "true" }, worker: { command: "true" } } };
  await writeFile(
    path.join(folder, "devstack.config.ts"),
    `export default ${JSON.stringify(config)};\n`,
  );
  const launcher = path.resolve(import.meta.dirname, "../../../../devstack");
  for (const command of ["up", "logs", "restart", "wait", "health"])
    expect(offered([command, "st"], { cwd: folder, launcher })).toEqual(["storefront"]);
  expect(offered(["env", "st"], { cwd: folder, launcher })).toEqual([]);
  await writeFile(path.join(folder, "devstack.config.ts"), "export default {");
  expect(offered(["up", "post"], { cwd: folder, launcher })).toEqual(["postgres"]);
  await rm(folder, { recursive: true });
});

it.each(["zsh", "fish"])("writes what %s takes for its own language", (shell) => {
  expect(script(shell)).toContain("postgres");
  const { error, status, stderr } = spawnSync(shell, ["-n"], {
    input: script(shell),
    encoding: "utf8",
  });
  if (error) process.stderr.write(`${shell} is not on PATH: its syntax is not checked\n`);
  else expect(status, stderr).toBe(0);
});

it("refuses another shell with the nearest", () => {
  const { status, stderr } = spawnSync(process.execPath, [main, "completion", "bsh"], {
    encoding: "utf8",
  });
  expect(status).toBe(2);
  expect(stderr).toContain('did you mean "bash"?');
});
