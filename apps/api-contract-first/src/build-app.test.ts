import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { createContext, readSettings } from "@devstack/api-kit";
import type { FastifyInstance } from "fastify";
import { afterEach, beforeEach, expect, it, onTestFinished } from "vitest";
import { buildApp } from "./build-app.ts";
import { readContract } from "./read-contract.ts";

const own = path.resolve(import.meta.dirname, "../../../contract/openapi.yaml");
let folder: string;

beforeEach(async () => void (folder = await mkdtemp(path.join(os.tmpdir(), "contract-"))));
afterEach(async () => rm(folder, { recursive: true }));

it("serves the contract as it is written", async () => {
  const app = await appOf(own);
  const answer = await app.inject("/openapi.json");
  expect(answer.json()).toEqual(JSON.parse(JSON.stringify((await readContract(own)).document)));
});

it("validates by the file: another limit in a copy is another 422", async () => {
  const names = (await readFile(own, "utf8")).replaceAll("maxLength: 100\n", "maxLength: 5\n");
  const copy = path.join(folder, "copy.yaml");
  await writeFile(copy, names);
  const url = "/examples/messaging/queue/orders/info";

  const before = await (await appOf(own)).inject(url);
  expect(before.statusCode).toBe(503); // valid, and there is no broker

  const after = await (await appOf(copy)).inject(url);
  expect(after.statusCode).toBe(422);
  expect(after.json().details.validation_errors).toEqual([
    { loc: ["path", "queue_name"], msg: "is longer than 5", type: "maxLength", input: "orders" },
  ]);
});

it("tells everything in which operations and handlers differ", async () => {
  const text = (await readFile(own, "utf8"))
    .replace("operationId: getDocs", "operationId: getManual")
    .replace("operationId: getRedoc", "operationId: getOpenapi")
    .replace("operationId: getMetrics", "description: Nothing is bound to it.");
  const copy = path.join(folder, "copy.yaml");
  await writeFile(copy, text);
  await expect(appOf(copy)).rejects.toMatchObject({
    details: {
      faults: [
        "GET /metrics has no operationId",
        "nothing handles the operation getManual",
        "there are two operations getOpenapi",
        "no operation asks for the handler getMetrics",
        "no operation asks for the handler getDocs",
        "no operation asks for the handler getRedoc",
      ],
    },
  });
});

/** Its Vault can't be reached: port 1 is nobody's. */
async function appOf(file: string): Promise<FastifyInstance> {
  const environment = { VAULT_ADDR: "http://127.0.0.1:1", VAULT_TOKEN: "none", LOG_LEVEL: "fatal" };
  const context = createContext(readSettings(environment), { implementation: "contract-api" });
  onTestFinished(async () => context.close());
  const app = buildApp(context, await readContract(file));
  onTestFinished(async () => app.close());
  return app;
}
