import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { connect, type Socket } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Stack } from "../../src/app/stack.ts";
import { startForTests } from "../../src/app/test-suites.ts";
import { createThrowawayStack } from "../../src/app/throwaway-stack.ts";
import { eventually } from "../../src/shared/eventually.ts";
import { likeStack } from "../like-stack.ts";
import { type ApiProcess, apiNames, startApi } from "./api-process.ts";
import { rawAnswer } from "./raw-answer.ts";

let stack: Stack & AsyncDisposable;

beforeAll(async () => {
  stack = await createThrowawayStack(await likeStack());
  await startForTests(stack, ["vault", "redis"]);
});
afterAll(async () => stack[Symbol.asyncDispose]());

const long = "a".repeat(300);

/** What a hostile client sends, as it goes out on the wire, and the status that it is to get. */
const requests: readonly (readonly [what: string, line: string, status: number])[] = [
  ["a path out of the folder", "GET /examples/vault/secret/../../../etc/passwd", 404],
  ["the same encoded", "GET /examples/vault/secret/..%2f..%2fetc%2fpasswd", 422],
  ["the same encoded twice", "GET /examples/vault/secret/%252e%252e%252fetc", 422],
  ["a path with a backslash", "GET /examples/cache/..%5c..%5cetc", 422],
  ["NUL in a name", "GET /examples/vault/secret/postgres%00", 422],
  ["NUL in a key", "GET /examples/cache/a%00b", 422],
  ["an overlong service", `GET /examples/vault/secret/${long}`, 422],
  ["an overlong key", `GET /examples/cache/${long}`, 422],
  ["an overlong queue", `GET /examples/messaging/queue/${long}/info`, 422],
  ["UTF-8 that is none", "GET /examples/cache/%c0%ae%c0%ae", 422],
  ["an encoding that is none", "GET /examples/cache/%zz", 422],
  ["letters that look like others", "GET /examples/vault/secret/p%D0%BEstgres", 422],
  ["a ttl that is no number", "POST /examples/cache/k?value=x&ttl=soon", 422],
  ["a ttl of nothing", "POST /examples/cache/k?value=x&ttl=0", 422],
  ["a ttl beyond a day", "POST /examples/cache/k?value=x&ttl=86401", 422],
  ["no value", "POST /examples/cache/k", 422],
  ["a value too long", `POST /examples/cache/k?value=${"v".repeat(10_001)}`, 422],
  ["no queue's name", "POST /examples/messaging/publish", 422],
  ["a method that is not there", "DELETE /examples/database/postgres/query", 405],
  ["a path that is not there", "GET /wp-admin/setup.php", 404],
];

describe.each(apiNames)("%s", (api) => {
  let own: ApiProcess;

  beforeAll(async () => {
    own = await startApi(stack, api);
  });
  afterAll(async () => own[Symbol.asyncDispose]());

  it.each(requests)("answers %s", async (_, line, status) => {
    const answer = await rawAnswer(own.port, `${line} HTTP/1.1\r\nhost: localhost\r\n\r\n`);
    expect(`${answer.status} ${answer.body}`).toMatch(new RegExp(`^${status} `));
    const envelope = JSON.parse(answer.body) as Record<string, unknown>;
    expect(envelope).toMatchObject({ status_code: status, error: expect.any(String) });
    if (status === 422) {
      const { validation_errors: faults } = envelope["details"] as {
        validation_errors: readonly Record<string, unknown>[];
      };
      expect(Object.keys(faults[0] ?? {}).toSorted()).toEqual(["input", "loc", "msg", "type"]);
    }
  });

  it.each([
    ["a list", "[]", 422],
    ["a word", '"x"', 422],
    ["nothing in it", "{}", 422],
    ["no JSON", "{", 422],
  ])("refuses a message that is %s", async (_, body, status) => {
    const answer = await rawAnswer(own.port, post(body, "application/json"));
    expect(`${answer.status} ${answer.body}`).toMatch(new RegExp(`^${status} `));
  });

  it("takes no type but those it lists, and no body without one", async () => {
    const other = await rawAnswer(own.port, post("<x/>", "application/xml"));
    expect(other.status).toBe(415);
    expect(JSON.parse(other.body)).toMatchObject({
      details: { allowed_types: expect.arrayContaining(["application/json"]) },
    });
    expect((await rawAnswer(own.port, post("{}", undefined))).status).toBe(400);
  });

  it("stops reading a body of 11 MiB in chunks, and keeps none of it", async () => {
    const before = await residentBytes(own.pid);
    for (let time = 0; time < 5; time += 1) {
      const answer = await rawAnswer(own.port, async (socket) => sendChunks(socket, 11 * 1024));
      expect(answer.status).toBe(413);
      expect(JSON.parse(answer.body)).toMatchObject({ status_code: 413 });
    }
    expect((await residentBytes(own.pid)) - before).toBeLessThan(100 * 1024 * 1024);
    expect((await own.ask("/health/")).status).toBe(200);
  });

  it("serves others beside slow bodies and a thousand idle connections, in flat memory", async () => {
    const before = await residentBytes(own.pid);
    const sockets = await Promise.all(
      Array.from({ length: 1000 }, async (_, index) => {
        const socket = connect(own.port, "127.0.0.1");
        socket.on("error", () => undefined); // the server may end it
        await once(socket, "connect");
        if (index % 10 === 0) socket.write(post("{", "application/json", 1000));
        return socket;
      }),
    );
    try {
      for (let time = 0; time < 20; time += 1) expect((await own.ask("/health/")).status).toBe(200);
      expect((await residentBytes(own.pid)) - before).toBeLessThan(100 * 1024 * 1024);
    } finally {
      for (const socket of sockets) socket.destroy();
    }
    expect((await own.ask("/")).status).toBe(200);
  });
});

function post(body: string, type: string | undefined, length = Buffer.byteLength(body)): string {
  return [
    "POST /examples/messaging/publish/hostile HTTP/1.1",
    "host: localhost",
    ...(type === undefined ? [] : [`content-type: ${type}`]),
    `content-length: ${length}`,
    "",
    body,
  ].join("\r\n");
}

/** Goes on until all is sent; beyond the limit it looks first whether the server has had enough. */
async function sendChunks(socket: Socket, kilobytes: number): Promise<void> {
  const head = post("", "application/json").replace(
    /content-length: 0/,
    "transfer-encoding: chunked",
  );
  const chunk = Buffer.alloc(1024, "a");
  socket.write(head);
  for (let sent = 0; sent < kilobytes; sent += 1) {
    if (sent > limitKilobytes)
      await eventually(async () => expect(socket.bytesRead > 0).toBe(true), {
        deadlineMs: 10_000,
      });
    if (socket.bytesRead > 0) return;
    socket.write("400\r\n");
    socket.write(chunk);
    if (!socket.write("\r\n")) await Promise.race([once(socket, "drain"), delay(1000)]);
  }
}

const limitKilobytes = 10 * 1024;

async function residentBytes(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, "utf8");
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1]) * 1024;
}
