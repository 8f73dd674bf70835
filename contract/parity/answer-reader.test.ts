import path from "node:path";
import { expect, it } from "vitest";
import { type Answer, AnswerReader } from "./answer-reader.ts";
import { type Operation, readContract } from "./contract.ts";

const contract = await readContract(path.join(import.meta.dirname, "..", "openapi.yaml"));
const reader = new AnswerReader(contract);

it("has no fault to find in an answer that is as the contract has it", () => {
  expect(reader.read(operation("getHealth"), answer(200, { status: "ok" }))).toEqual({
    faults: [],
    comparable: {
      status: 200,
      headers: {
        "content-type": "application/json",
        "x-ratelimit-limit": "100",
        "x-ratelimit-remaining": "(varies)",
        "x-ratelimit-reset": "(varies)",
        "x-request-id": "(varies)",
      },
      body: { status: "ok" },
    },
  });
});

it.each([
  ["another value", answer(200, { status: "fine" }), [/\/status must be equal to constant/]],
  ["a property too few", answer(200, {}), [/must have required property 'status'/]],
  ["a property too many", answer(200, { status: "ok", more: 1 }), [/additional.*"more"/]],
  ["another status", answer(201, { status: "ok" }), [/^status 201$/]],
  ["no JSON", { ...answer(200, {}), text: "ok" }, [/^no JSON$/]],
  [
    "another type and no request id",
    {
      ...answer(200, {}),
      headers: {
        ...answer(200, {}).headers,
        "content-type": "text/plain",
        "x-request-id": undefined,
      },
    },
    [/^no header x-request-id$/, /^the type text\/plain$/],
  ],
])("finds %s", (_what, seen, faults) => {
  const read = reader.read(operation("getHealth"), seen);
  expect(read.faults).toEqual(faults.map((fault) => expect.stringMatching(fault)));
});

it("leaves out what varies, wherever it stands", () => {
  const seen = (time: number, info: object) =>
    reader.read(
      operation("getAllHealth"),
      answer(
        200,
        {
          status: "degraded",
          services: {
            vault: { status: "unhealthy" },
            postgres: { status: "healthy", version: "15", response_time_ms: time },
            mysql: { status: "unhealthy", error: "gone" },
            mongodb: { status: "unhealthy" },
            redis: { status: "unhealthy" },
            rabbitmq: { status: "unhealthy", ...info },
          },
        },
        { etag: String(time), "cache-control": "private", "x-cache": "MISS" },
      ),
    );
  expect(seen(1, {}).faults).toEqual([]);
  expect(seen(1, {})).toEqual(seen(2, {}));
  expect(seen(1, {})).not.toEqual(seen(1, { version: "3" }));
});

it("leaves out entries that come and go, and keeps those that the contract names", () => {
  const seen = (more: object) =>
    reader.read(
      operation("getNodeInfo"),
      answer(200, {
        status: "success",
        node: "redis-1",
        info: { redis_version: "7", cluster_enabled: 1, ...more },
      }),
    ).comparable;
  expect(seen({ db0: "keys=1" })).toEqual(seen({ uptime: 4 }));
  expect(seen({})).not.toEqual(seen({ redis_version: "8" }));
});

it("lets the language differ, and nothing else of the root", () => {
  const root = operation("getRoot").responses["200"]?.content["application/json"] as {
    readonly example: object;
  };
  const seen = (more: object) =>
    reader.read(operation("getRoot"), answer(200, { ...root.example, ...more }));
  expect(seen({}).faults).toEqual([]);
  expect(seen({ language: "Go" })).toEqual(seen({}));
  expect(seen({ version: "2" })).not.toEqual(seen({}));
});

it("knows how paths and methods are answered that the contract does not have", () => {
  const error = {
    error: "ResourceNotFoundError",
    message: "no",
    status_code: 404,
    request_id: "1",
  };
  expect(reader.read(undefined, answer(404, error)).faults).toEqual([]);
  expect(reader.read(undefined, answer(405, error)).faults).toEqual(["no header allow"]);
  expect(reader.read(undefined, answer(404, { ...error, trace: "" })).faults).toHaveLength(1);
});

function operation(id: string): Operation {
  const found = contract.operations.find(({ operationId }) => operationId === id);
  if (!found) throw new Error(`no operation ${id}`);
  return found;
}

function answer(status: number, body: object, headers: Answer["headers"] = {}): Answer {
  return {
    status,
    headers: {
      date: "now",
      "content-type": "application/json",
      "x-request-id": "1",
      "x-ratelimit-limit": "100",
      "x-ratelimit-remaining": "99",
      "x-ratelimit-reset": "60",
      ...headers,
    },
    text: JSON.stringify(body),
  };
}
