import { mkdtemp, rm } from "node:fs/promises";
import type http from "node:http";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { eventually } from "../shared/eventually.ts";
import { askDaemon } from "./control-client.ts";
import type { DaemonStatus } from "./control-protocol.ts";
import { serveControl } from "./control-server.ts";
import { supervisorErrors } from "./errors.ts";

const never = new Promise<never>(() => undefined);
const status: DaemonStatus = { pid: 1, units: [], unavailable: {} };

let folder: string;
let socket: string;
let server: http.Server;

beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), "control-"));
  socket = path.join(folder, "control.sock");
  server = await serveControl(socket, {
    start: async ({ units }, onEvent) => {
      for (const unit of units) onEvent({ unit, state: "ready" });
      return status;
    },
    stop: async () => never,
    restart: async ({ name }) => {
      throw supervisorErrors.DS_UNKNOWN_UNIT(`no ${name}`, { hint: "another one" });
    },
    status: async () => status,
    logs: async () => ({}),
  });
});
afterEach(async () => {
  server.closeAllConnections();
  server.close();
  await rm(folder, { recursive: true });
});

it("tells events in their order, then gives the result, whatever is in them", async () => {
  const units = ["ä\n", "b".repeat(100_000), "c"];
  const told: string[] = [];
  const request = { units, unavailable: {} };
  const result = await askDaemon(socket, "start", request, {
    onEvent: ({ unit }) => told.push(unit),
  });
  expect(told).toEqual(units);
  expect(result).toEqual(status);
});

it("rejects with the daemon's own error", async () => {
  const asked = askDaemon(socket, "restart", { name: "it" });
  await expect(asked).rejects.toMatchObject({
    code: "DS_UNKNOWN_UNIT",
    message: "no it",
    hint: "another one",
  });
});

it("gives nothing where no daemon listens, a socket that a dead one left among them", async () => {
  expect(await askDaemon(path.join(folder, "none.sock"), "status", {})).toBeUndefined();
});

it("says that the daemon went away in the middle", async () => {
  const asked = askDaemon(socket, "stop", {});
  const refused = expect(asked).rejects.toMatchObject({ code: "DS_DAEMON_UNREACHABLE" });
  await connected();
  server.closeAllConnections();
  await refused;
});

it("stops waiting when it is told to", async () => {
  const over = new AbortController();
  const asked = askDaemon(socket, "stop", {}, { signal: over.signal });
  const refused = expect(asked).rejects.toThrow("enough");
  await connected();
  over.abort(new Error("enough"));
  await refused;
});

async function connected(): Promise<void> {
  await eventually(
    async () =>
      new Promise<void>((resolve, reject) => {
        server.getConnections((_, count) =>
          count > 0 ? resolve() : reject(new Error("none yet")),
        );
      }),
    { deadlineMs: 10_000 },
  );
}
