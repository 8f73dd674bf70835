import { mkdtemp, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { resolveStack } from "../packages/platform/src/app/stack.ts";
import { createThrowawayStack } from "../packages/platform/src/app/throwaway-stack.ts";
import { surroundings } from "../packages/platform/src/config/folders.ts";
import { apiMains, startApiStack } from "./api/api-stack.ts";
import { apiRows } from "./api/api-rows.ts";
import { type Around, startFastApi, startNodeServer, startUnaided } from "./api/baselines.ts";
import { freePorts } from "./api/free-ports.ts";
import { measure, type Measured } from "./api/measure.ts";
import { cpuSeconds, residentMegabytes } from "./api/process-use.ts";
import { provideFastApi } from "./api/provide-fastapi.ts";
import { Samples } from "./api/samples.ts";
import type { ServerProcess } from "./api/server-process.ts";
import { listenForInterruption } from "./interruption.ts";
import { report } from "./report.ts";

/** The reference APIs beside Node's own server, Express, FastAPI and their own drivers, all in the same rounds. */
const rounds = Number(process.env["BENCH_ROUNDS"] ?? 5);
const seconds = Number(process.env["BENCH_SECONDS"] ?? 2); // whole; of each load
const connections = 50;
const crowds = [10, 100, 1000];
const cacheKey = "bench";
const select = "/examples/database/postgres/query";

const interrupted = listenForInterruption();
/** Throws once interrupted: what was started is ended on the way out. */
const say = (text: string): void => {
  interrupted.throwIfAborted();
  process.stderr.write(`${text}\n`);
};

await using cleanup = new AsyncDisposableStack();
const folder = await mkdtemp(path.join(os.tmpdir(), "devstack-bench-api-"));
cleanup.defer(async () => rm(folder, { recursive: true }));
const around: Around = { folder, freePort: freePorts() };
const home = path.resolve(import.meta.dirname, "..");
const like = await resolveStack({ cwd: home, home, surroundings: surroundings() });

say("FastAPI: from the cache, or from PyPI");
const python = await provideFastApi(like);
say("starting a stack of its own: vault, postgres, redis and both APIs");
const stack = cleanup.use(await createThrowawayStack(like));
const { apis, ca, driverInput } = await startApiStack(stack, cacheKey);
const codeFirst = apis["reference-api"];
say("starting what they are measured against");
const node = async (name: Parameters<typeof startNodeServer>[0], input?: string) =>
  cleanup.use(await startNodeServer(name, around, input));
const drivers = await node("drivers", JSON.stringify(driverInput));
const handMade = await node("hand-made");
const healthServers: readonly Measured[] = [
  ...Object.values(apis),
  await node("canned answer"),
  await node("node:http"),
  handMade,
  await node("express"),
  await node("express, hand-made"),
  cleanup.use(await startFastApi("fastapi", python, around)),
  cleanup.use(await startFastApi("fastapi, middleware", python, around)),
];

const samples = new Samples();
say("warming up"); // until what runs often is compiled
await starts(new Samples());
await loads(new Samples(), 2 * seconds);
for (let round = 1; round <= rounds; round += 1) {
  say(`round ${round} of ${rounds}`);
  await starts(samples);
  await loads(samples, seconds);
}
for (const { name, pid } of Object.values(apis)) {
  const { most } = await residentMegabytes(pid);
  samples.add(`${name} memory`, most);
}
report("api", apiRows(samples, crowds));

/** Every load once, one after the other. */
async function loads(into: Samples, lastingSeconds: number): Promise<void> {
  const load = { connections, seconds: lastingSeconds, path: "/health/" };
  for (const server of healthServers) {
    say(`  /health/ on ${server.name}`);
    await measure(server, load, into, server.name);
  }
  say("  /health/ over TLS");
  await measure(codeFirst, { ...load, port: codeFirst.httpsPort, ca }, into, "https");
  for (const crowd of crowds)
    for (const server of [codeFirst, handMade]) {
      say(`  /health/ on ${server.name}, ${crowd} connections`);
      await measure(server, { ...load, connections: crowd }, into, `${server.name} × ${crowd}`);
    }
  for (const [what, path_] of [
    ["GET", `/examples/cache/${cacheKey}`],
    ["SELECT", select],
  ] as const) {
    for (const { name, ...api } of Object.values(apis)) {
      say(`  ${what} through ${name}`);
      await measure({ name, ...api }, { ...load, path: path_ }, into, `${name} ${what}`);
    }
    say(`  ${what} with the driver and no framework`);
    await measure(drivers, { ...load, path: `/${what}` }, into, `drivers ${what}`);
    into.add(`alone ${what} rate`, await rateAlone(what, lastingSeconds));
  }
}

/** The driver alone, with as many calls under way as there are connections otherwise. */
async function rateAlone(what: string, lastingSeconds: number): Promise<number> {
  const query = `connections=${connections}&seconds=${lastingSeconds}`;
  const answer = await fetch(`http://127.0.0.1:${drivers.port}/alone/${what}?${query}`);
  return (await answer.json()) as number;
}

/** From nothing to the first answer, with everything that they depend on down; a bare server's start beside it. */
async function starts(into: Samples): Promise<void> {
  say("  starts with dependencies down");
  const starting = async (name: string, start: () => Promise<ServerProcess>): Promise<void> => {
    await using server = await start();
    into.add(`${name} start`, server.startMs);
    into.add(`${name} start cpu`, 1000 * (await cpuSeconds(server.pid)));
  };
  await starting("node:http", async () => startNodeServer("node:http", around));
  for (const [name, main] of Object.entries(apiMains))
    await starting(name, async () => startUnaided(name, main, around));
}
