import path from "node:path";
import type { Python } from "../../packages/platform/src/toolchain/find-python.ts";
import { ServerProcess, type ServerSpec } from "./server-process.ts";

/** No bench comes to it: the limiter is on, and lets everything through. */
const raised = { RATE_LIMIT_HEALTH: "1000000000" };
const nodeFlags = ["--disable-warning=ExperimentalWarning"];

/** What the APIs are measured against, written for Node: by name, the file in `servers/`. */
const nodeServers = {
  "canned answer": "canned-answer.ts",
  "node:http": "node-http.ts",
  "hand-made": "hand-made.ts",
  express: "express.mjs",
  "express, hand-made": "express-hand-made.mjs",
  drivers: "drivers.ts",
} as const;

/** By name, the module in `fastapi/`. */
const fastApiModules = { fastapi: "plain", "fastapi, middleware": "with_middleware" } as const;

/** Where servers get their ports and write their logs. */
export interface Around {
  readonly folder: string;
  readonly freePort: () => Promise<number>;
}

export async function startNodeServer(
  name: keyof typeof nodeServers,
  { folder, freePort }: Around,
  input?: string,
): Promise<ServerProcess> {
  const port = await freePort();
  const spec: ServerSpec = {
    name,
    program: process.execPath,
    args: [...nodeFlags, path.join(import.meta.dirname, "servers", nodeServers[name])],
    env: { ...raised, HTTP_PORT: String(port) },
    port,
    logFile: path.join(folder, `${nodeServers[name]}.log`),
  };
  return ServerProcess.start(input === undefined ? spec : { ...spec, input });
}

/** One uvicorn process with uvloop and httptools, and no access log of its own. */
export async function startFastApi(
  name: keyof typeof fastApiModules,
  { env, program }: Python,
  { folder, freePort }: Around,
): Promise<ServerProcess> {
  const port = await freePort();
  const flags = ["--loop", "uvloop", "--http", "httptools", "--no-access-log"];
  const where = ["--app-dir", path.join(import.meta.dirname, "fastapi"), "--port", String(port)];
  return ServerProcess.start({
    name,
    program,
    args: ["-m", "uvicorn", `${fastApiModules[name]}:app`, ...where, ...flags],
    env: { ...env, ...raised },
    port,
    logFile: path.join(folder, `${fastApiModules[name]}.log`),
  });
}

/** A reference API, with everything that it depends on down; Node keeps what it compiled, as in a stack. */
export async function startUnaided(
  name: string,
  main: string,
  { folder, freePort }: Around,
): Promise<ServerProcess> {
  const [port, closed] = [await freePort(), await freePort()];
  const backends = ["POSTGRES", "MYSQL", "MONGODB", "RABBITMQ"];
  return ServerProcess.start({
    name,
    program: process.execPath,
    args: [...nodeFlags, path.resolve(import.meta.dirname, "../..", main)],
    env: {
      ...Object.fromEntries(backends.map((backend) => [`${backend}_PORT`, String(closed)])),
      REDIS_NODES: `127.0.0.1:${closed}`,
      VAULT_ADDR: `http://127.0.0.1:${closed}`,
      VAULT_TOKEN: "none",
      HTTP_PORT: String(port),
      NODE_COMPILE_CACHE: path.join(folder, "compiled"),
    },
    port,
    logFile: path.join(folder, `${name}.log`),
  });
}
