import { spawnSync } from "node:child_process";

export type InstallCommand = readonly [program: string, ...args: readonly string[]];

/** An end for what hangs, not a measure: a first build on a busy machine takes minutes. */
const installMs = 600_000;
/** For tests that install something. */
export const installTestMs = installMs + 120_000;

/** What a machine may lack without a fault of ours: by what the tools say of it. */
const lacks: readonly (readonly [said: RegExp, what: string])[] = [
  [
    /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ENETUNREACH|ETIMEDOUT|no such host|connection (refused|reset)|i\/o timeout|name resolution|network is unreachable/i,
    "its registry can't be reached",
  ],
  [/disabled by GOPROXY=off|cache mode is 'only-if-cached'/, "it may not ask its registry"],
  [/requires go >= /, "it is older than the client asks for"],
  [/ensurepip is not available/, "it has no venv"],
];

/**
 * Runs what makes a client, in a folder. Why it can't be had here, in one line; undefined once it is there.
 * Whatever else goes wrong, a client that does not compile among it, is thrown.
 */
export function installClient(
  folder: string,
  commands: readonly InstallCommand[],
  { env = {}, limitMs = installMs }: { env?: NodeJS.ProcessEnv; limitMs?: number } = {},
): string | undefined {
  for (const [program, ...args] of commands) {
    const { error, status, stdout, stderr } = spawnSync(program, args, {
      cwd: folder,
      encoding: "utf8",
      timeout: limitMs,
      env: { ...process.env, ...env },
    });
    if (error !== undefined && "code" in error && error.code === "ENOENT")
      return `there is no ${program}`;
    const [, lacking] = lacks.find(([said]) => said.test(stdout + stderr)) ?? [];
    if (error === undefined && status !== 0 && lacking !== undefined)
      return `${program} failed: ${lacking}`;
    if (error !== undefined || status !== 0)
      throw new Error(`${[program, ...args].join(" ")}: ${error?.message ?? stdout + stderr}`);
  }
  return undefined;
}
