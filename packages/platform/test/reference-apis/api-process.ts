import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { type ApiAnswer, type ApiRequest, askAt } from "../../src/suites/clients/api-client.ts";
import type { Stack } from "../../src/app/stack.ts";
import { definitionOf } from "../../src/services/registry.ts";
import { referenceApis } from "../../src/services/reference-apis/apis.ts";
import { makeRuns } from "../../src/services/service-unit.ts";
import { settingsOf } from "../../src/services/reference-apis/settings.ts";
import { messageOf } from "../../src/shared/errors.ts";
import { eventually } from "../../src/shared/eventually.ts";
import { freePort } from "../../src/supervisor/fixtures/free-port.ts";

const checkout = path.resolve(import.meta.dirname, "..", "..", "..", "..");

export const apiNames: readonly string[] = referenceApis.map(({ name }) => name);

/** A process of one of the applications beside those that the stack runs: with its own ports, and settings to try. */
export interface ApiProcess extends AsyncDisposable {
  readonly pid: number;
  readonly port: number;
  readonly ask: (at: string, request?: ApiRequest) => Promise<ApiAnswer>;
  /** All that it wrote so far. */
  readonly log: () => string;
  /** Its exit code; null when a signal ended it. */
  readonly ended: Promise<number | null>;
}

/** Starts it, and resolves as soon as it answers `/health/`. */
export async function startApi(
  stack: Stack,
  name: string,
  changes: Readonly<Record<string, string>> = {},
): Promise<ApiProcess> {
  const api = referenceApis.find((one) => one.name === name);
  const [run] = makeRuns(definitionOf(name), { ...stack, engine: undefined }, {});
  if (!api || !run) throw new Error(`there is no API ${name}`);
  const port = await freePort();
  const cache = await mkdtemp(path.join(os.tmpdir(), "api-"));
  const child = spawn(process.execPath, [path.join(checkout, api.main)], {
    env: {
      PATH: "/usr/bin:/bin",
      HOME: cache,
      ...settingsOf(run),
      HTTP_PORT: String(port),
      ENABLE_TLS: "false", // certificates are given to those that the stack starts
      ...changes,
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let log = "";
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding("utf8").on("data", (text: string) => (log += text));
  const ended = once(child, "exit").then(([code]) => code as number | null);
  const ask: ApiProcess["ask"] = async (at, request = {}) => {
    try {
      return await askAt({ port }, at, request);
    } catch (error) {
      const state = child.exitCode ?? child.signalCode ?? "runs";
      throw new Error(`${name} (${state}) ${at}: ${messageOf(error)}\n${log.slice(-3000)}`, {
        cause: error,
      });
    }
  };
  const end = async (): Promise<void> => {
    child.kill("SIGKILL");
    await ended;
    await rm(cache, { recursive: true, force: true });
  };
  try {
    await Promise.race([
      eventually(async () => ask("/health/"), { deadlineMs: 20_000 }),
      ended.then((code) => Promise.reject(new Error(`${name} ended (${code}): ${log}`))),
    ]);
  } catch (error) {
    await end();
    throw error;
  }
  return { pid: child.pid ?? 0, port, ask, log: () => log, ended, [Symbol.asyncDispose]: end };
}
