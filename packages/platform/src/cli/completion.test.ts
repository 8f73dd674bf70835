import { spawnSync } from "node:child_process";
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
function offered(...words: readonly string[]): readonly string[] {
  const asking = `${script("bash")}
COMP_WORDS=(devstack "$@"); COMP_CWORD=$#; _devstack; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const { stdout, stderr } = spawnSync(
    "bash",
    ["--norc", "--noprofile", "-euc", asking, "bash", ...words],
    {
      encoding: "utf8",
    },
  );
  expect(stderr).toBe("");
  return stdout.split("\n").filter((word) => word !== "");
}

it("offers commands, services, instances, suites, options and their values in bash", () => {
  expect(offered("re")).toEqual(["restart"]);
  expect(offered("up", "post")).toEqual(["postgres"]);
  expect(offered("logs", "redis-")).toEqual([1, 2, 3, 4, 5, 6].map((node) => `redis-${node}`));
  expect(offered("test", "redis")).toEqual(["redis-cluster"]);
  expect(offered("destroy", "--y")).toEqual(["--yes"]);
  expect(offered("env", "--format", "")).toEqual(["dotenv", "shell", "json"]);
  expect(offered("vault", "show")).toEqual(["show-password"]);
  expect(offered("completion", "")).toEqual(["bash", "zsh", "fish"]);
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
