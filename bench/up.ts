import { spawn } from "node:child_process";
import { rm } from "node:fs/promises";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { credentialsOf } from "../packages/platform/src/app/connections.ts";
import { provideEngines } from "../packages/platform/src/app/engines.ts";
import { resolveStack, type Stack } from "../packages/platform/src/app/stack.ts";
import { status } from "../packages/platform/src/app/status.ts";
import { createThrowawayStack } from "../packages/platform/src/app/throwaway-stack.ts";
import { runningDaemon } from "../packages/platform/src/app/running-daemon.ts";
import { surroundings } from "../packages/platform/src/config/folders.ts";
import { servicesOfProfile } from "../packages/platform/src/services/profiles.ts";
import { definitions } from "../packages/platform/src/services/registry.ts";
import { makeRuns } from "../packages/platform/src/services/service-unit.ts";
import { cpuSeconds, residentMegabytes } from "./api/process-use.ts";
import { BareService } from "./bare-service.ts";
import { listenForInterruption } from "./interruption.ts";
import { median, report } from "./report.ts";

/** `up`, `down`, the command line and a stack at rest, each beside the bare engines in the same rounds. */
const rounds = Number(process.env["BENCH_ROUNDS"] ?? 5);
const home = path.resolve(import.meta.dirname, "..");
const empty = path.join(import.meta.dirname, "empty.mjs");
/** Long enough for what comes seldom; in five seconds the collection of a start's garbage alone would be one per cent. */
const idleSeconds = 60;

const interrupted = listenForInterruption();

type Samples = Record<string, number[]>;

const ours: Samples = {};
const bare = { warm: {} as Samples, first: {} as Samples, stop: {} as Samples };

await using stack = await createThrowawayStack(
  await resolveStack({ cwd: home, home, surroundings: surroundings() }),
);
await devstack("up"); // engines and templates are there from here on
const services = await bareServices(stack);
await devstack("down");

for (let round = 1; round <= rounds; round += 1) {
  process.stderr.write(`round ${round} of ${rounds}\n`);
  await forget(stack);
  add(ours, "up first", await devstack("up"));
  add(ours, "up second", await devstack("up"));
  for (let time = 0; time < 5; time += 1) {
    add(ours, "node", await timed(process.execPath, [empty]));
    add(ours, "status", await devstack("status"));
    add(ours, "help", await devstack("--help"));
  }
  await measureMemory(stack);
  if (round === rounds) await measureIdle(stack);
  add(ours, "down", await devstack("down"));
  add(ours, "up warm", await devstack("up"));
  const fresh = await bareServices(stack); // this round's credentials
  add(ours, "down", await devstack("down"));
  for (const [name, service] of Object.entries(fresh)) {
    for (const [samples, start] of [
      [bare.warm, async () => service.startWarm()],
      [bare.first, async () => service.startFirst()],
    ] as const) {
      interrupted.throwIfAborted();
      try {
        add(samples, name, await start());
      } finally {
        add(bare.stop, name, await service.stop()); // also what a start that failed has left
      }
    }
  }
}

const slowest = (samples: Samples): { name: string; samples: readonly number[] } => {
  const [found] = Object.entries(samples).toSorted(([, a], [, b]) => median(b) - median(a));
  return { name: `bare ${found?.[0]}`, samples: found?.[1] ?? [] };
};
const node = { name: "empty script", samples: ours["node"] ?? [] };
const own = (name: string): readonly number[] => ours[name] ?? [];
report("up", [
  { name: "up, warm", unit: "ms", samples: own("up warm"), base: slowest(bare.warm), goal: 1.15 },
  {
    name: "up, first",
    unit: "ms",
    samples: own("up first"),
    base: slowest(bare.first),
    goal: 1.25,
  },
  { name: "up, second call", unit: "ms", samples: own("up second"), goal: 300 },
  { name: "down", unit: "ms", samples: own("down"), base: slowest(bare.stop), goal: 1.2 },
  { name: "status", unit: "ms", samples: own("status"), base: node, goal: 3 },
  { name: "--help", unit: "ms", samples: own("help"), base: node, goal: 2 },
  { name: "daemon and vault, memory", unit: "MB", samples: own("idle memory"), goal: 200 },
  { name: "daemon and vault, of a core", unit: "%", samples: own("idle cpu"), goal: 1 },
  ...Object.keys(services).map((name) => ({
    name: `(bare ${name}, warm and first)`,
    unit: "ms",
    samples: bare.warm[name] ?? [],
    base: { name: "first", samples: bare.first[name] ?? [] },
  })),
]);

/** By name; their credentials are read while the stack is up. */
async function bareServices(of: Stack): Promise<Readonly<Record<string, BareService>>> {
  const started = definitions.filter(({ name }) => servicesOfProfile(of.profile).includes(name));
  const { installations } = await provideEngines(of, started);
  const entries = started.flatMap((definition) => {
    const engine = installations[definition.name];
    return engine ? [{ definition, engine }] : [];
  });
  return Object.fromEntries(
    await Promise.all(
      entries.map(async ({ definition, engine }) => {
        const secrets = await credentialsOf(of, definition);
        const runs = makeRuns(definition, { ...of, engine }, secrets);
        return [definition.name, new BareService(definition, runs)] as const;
      }),
    ),
  );
}

/** As if it had never been started; only its ports stay. */
async function forget({ folders }: Stack): Promise<void> {
  for (const folder of [folders.data, folders.run, folders.logs, folders.config])
    await rm(folder, { recursive: true, force: true });
}

async function daemonAndVault(of: Stack): Promise<readonly number[]> {
  const vault = (await status(of)).instances.find((one) => one.instance === "vault")?.pid;
  return [(await runningDaemon(of))?.pid, vault].filter((pid) => pid !== undefined);
}

async function measureMemory(of: Stack): Promise<void> {
  const used = await Promise.all((await daemonAndVault(of)).map(residentMegabytes));
  add(ours, "idle memory", sum(used.map(({ now }) => now)));
}

async function measureIdle(of: Stack): Promise<void> {
  process.stderr.write(`a minute in which nobody asks\n`);
  const pids = await daemonAndVault(of);
  const before = await Promise.all(pids.map(cpuSeconds));
  await delay(idleSeconds * 1000, undefined, { signal: interrupted });
  const after = await Promise.all(pids.map(cpuSeconds));
  add(ours, "idle cpu", (100 * (sum(after) - sum(before))) / idleSeconds);
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function add(samples: Samples, name: string, value: number): void {
  (samples[name] ??= []).push(value);
}

async function devstack(...args: readonly string[]): Promise<number> {
  return timed(path.join(home, "devstack"), [...args, "--stack", stack.name ?? ""]);
}

/** Wall time of a command, in milliseconds; rejects unless it succeeds. */
async function timed(program: string, args: readonly string[]): Promise<number> {
  interrupted.throwIfAborted();
  const startedAt = performance.now();
  const child = spawn(program, args, { cwd: home, stdio: ["ignore", "ignore", "pipe"] });
  let said = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => (said += text));
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", resolve);
  });
  if (code !== 0) throw new Error(`${program} ${args.join(" ")}: exit code ${code}\n${said}`);
  return performance.now() - startedAt;
}
