import path from "node:path";
import { expect, it } from "vitest";
import { AnswerReader } from "./answer-reader.ts";
import { readContract } from "./contract.ts";
import { invalidRequests, type ParityRequest, validRequests } from "./requests.ts";

const contract = await readContract(path.join(import.meta.dirname, "..", "openapi.yaml"));
const reader = new AnswerReader(contract);
const valid = validRequests(contract);
const invalid = invalidRequests(contract);

it("has requests of both kinds for every operation", () => {
  const all = contract.operations.map(({ operationId }) => operationId);
  expect(all.length).toBe(29);
  expect([...new Set(idsOf(valid))]).toEqual(all);
  expect([...new Set(idsOf(invalid))]).toEqual(all);
});

it("tries each parameter at its edges and just beyond them", () => {
  expect(pathsOf(valid, "setCacheEntry")).toEqual([
    "/examples/cache/session%3A42?value=open&ttl=300",
    "/examples/cache/session%3A42?value=open",
    `/examples/cache/${encodeURIComponent("session:42".padEnd(200, "x"))}?value=open&ttl=300`,
    `/examples/cache/session%3A42?value=${"open".padEnd(10_000, "x")}&ttl=300`,
    "/examples/cache/session%3A42?value=&ttl=300",
    "/examples/cache/session%3A42?value=%26%3D%2B%2525%2F%3F%23%20%C3%BC%20%F0%9F%98%80&ttl=300",
    "/examples/cache/session%3A42?value=open&ttl=1",
    "/examples/cache/session%3A42?value=open&ttl=86400",
  ]);
  expect(pathsOf(invalid, "setCacheEntry")).toEqual(
    expect.arrayContaining([
      `/examples/cache/${encodeURIComponent("session:42".padEnd(201, "x"))}?value=open&ttl=300`,
      "/examples/cache/%2E%2E?value=open&ttl=300",
      "/examples/cache/..%2F..%2Fetc%2Fpasswd?value=open&ttl=300",
      "/examples/cache/%C0%AF?value=open&ttl=300",
      "/examples/cache/session%3A42?ttl=300",
      "/examples/cache/session%3A42?value=open&ttl=86401",
      "/examples/cache/session%3A42?value=open&ttl=many",
      "/examples/cache/session%3A42?value=open&ttl=0x10",
    ]),
  );
});

it("takes other values for parameters of a kind", () => {
  const values = { QueueName: "letters" };
  const paths = pathsOf(validRequests(contract, { values }), "getQueueInfo");
  expect(paths[0]).toBe("/examples/messaging/queue/letters/info");
});

it("sends bodies of every wrong sort", () => {
  const refusals = invalid
    .filter(({ operation }) => operation.operationId === "publishMessage")
    .map(({ refusal }) => refusal);
  expect([...new Set(refusals)].toSorted()).toEqual([400, 405, 413, 415, 422]);
});

it("finds each example of the contract to be as the contract has it", () => {
  for (const operation of contract.operations) {
    for (const [status, response] of Object.entries(operation.responses)) {
      const media = response.content["application/json"] as { example?: unknown } | undefined;
      if (media?.example === undefined) continue;
      const { faults } = reader.read(operation, {
        status: Number(status),
        headers: {
          ...Object.fromEntries(response.headers.map((name) => [name, "given"])),
          "content-type": "application/json",
        },
        text: JSON.stringify(media.example),
      });
      expect(faults, `${operation.operationId} ${status}`).toEqual([]);
    }
  }
});

function idsOf(requests: readonly ParityRequest[]): readonly string[] {
  return requests.map(({ operation }) => operation.operationId);
}

function pathsOf(requests: readonly ParityRequest[], id: string): readonly string[] {
  return requests.filter(({ operation }) => operation.operationId === id).map((each) => each.path);
}
