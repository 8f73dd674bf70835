import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import type http from "node:http";
import net from "node:net";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
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

it("says that a daemon that goes on does not answer", async () => {
  const asked = askDaemon(socket, "stop", {});
  const refused = expect(asked).rejects.toMatchObject({
    code: "DS_DAEMON_UNREACHABLE",
    message: expect.stringMatching(/^the daemon at .* closed the connection before it answered$/),
  });
  await connected();
  server.closeAllConnections();
  await refused;
});

it("says that a daemon does not answer that has not done so in time", async () => {
  const silent = path.join(folder, "silent.sock");
  const frozen = net.createServer({ pauseOnConnect: true }).listen(silent);
  await once(frozen, "listening");
  const asked = askDaemon(silent, "status", {}, { answersWithinMs: 100 });
  await expect(asked).rejects.toMatchObject({
    code: "DS_DAEMON_UNREACHABLE",
    message: `the daemon at ${silent} did not answer within 0.1 s`,
    hint: expect.stringContaining("devstack down --force"),
  });
  frozen.close();
});

describe.each(["before it reads", "while it reads", "when it has read"])(
  "a daemon that ends %s what it is asked",
  (when) => {
    it("is not running for who asked how it is, and did not do what changes something", async () => {
      const long = "x".repeat(500_000); // the system takes less at once: the rest is unread when the connection ends
      const asks = { status: { long }, restart: { name: long } } as const;
      for (const [operation, request] of Object.entries(asks)) {
        const mortal = path.join(folder, "mortal.sock");
        const dying = net.createServer((connection) => {
          connection.on("error", () => undefined);
          const end = (): void => {
            dying.close();
            connection.destroy();
          };
          if (when === "before it reads") end();
          else if (when === "while it reads") connection.once("data", end);
          else connection.on("data", (text) => void (text.includes('x"}') && end()));
        });
        await new Promise<void>((resolve) => {
          dying.listen(mortal, resolve);
        });
        const asked = askDaemon(mortal, operation as "restart", request as { name: string });
        if (operation === "status") expect(await asked).toBeUndefined();
        else await expect(asked).rejects.toMatchObject({ code: "DS_DAEMON_ENDED" });
      }
    });
  },
);

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
