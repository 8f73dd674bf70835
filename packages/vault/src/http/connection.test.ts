import { connect, type Socket } from "node:net";
import { once } from "node:events";
import { describe, expect, test } from "vitest";
import { eventually } from "../../test/eventually.ts";
import { TestVault } from "../../test/test-vault.ts";

/** A connection on which a test writes and reads bytes as they are. */
class RawClient implements Disposable {
  readonly socket: Socket;
  received = "";
  ended = false;

  constructor(vault: TestVault) {
    this.socket = connect(Number(new URL(vault.url).port), "127.0.0.1");
    this.socket.setEncoding("utf8");
    this.socket.on("data", (chunk: string) => (this.received += chunk));
    this.socket.on("end", () => (this.ended = true));
    this.socket.on("error", () => (this.ended = true));
  }

  get statuses(): string[] {
    return [...this.received.matchAll(/HTTP\/1\.1 (\d{3})/g)].map((match) => match[1] ?? "");
  }

  async answers(count: number): Promise<string[]> {
    await eventually(() => this.statuses.length >= count);
    return this.statuses;
  }

  [Symbol.dispose](): void {
    this.socket.destroy();
  }
}

function request(vault: TestVault, line: string, body = ""): string {
  const length = body === "" ? "" : `Content-Length: ${Buffer.byteLength(body)}\r\n`;
  return `${line} HTTP/1.1\r\nHost: x\r\nX-Vault-Token: ${vault.rootToken}\r\n${length}\r\n${body}`;
}

describe("one connection", () => {
  test("answers lists, bodies and other methods in turn", async () => {
    await using vault = await TestVault.start();
    using client = new RawClient(vault);
    // The body looks like a request, and is none.
    const body = JSON.stringify({ x: "\r\n\r\nLIST /v1/cubbyhole/b HTTP/1.1\r\n\r\n" });
    client.socket.write(
      request(vault, "POST /v1/cubbyhole/a", body) +
        request(vault, "LIST /v1/cubbyhole") +
        request(vault, "GET /v1/cubbyhole/a") +
        request(vault, "DELETE /v1/cubbyhole/a") +
        request(vault, "LIST /v1/cubbyhole"),
    );
    expect(await client.answers(5)).toEqual(["204", "200", "200", "204", "404"]);
    expect(client.received).toContain('"keys":["a"]');
  });

  test("answers all that was asked by a client that sends no more", async () => {
    await using vault = await TestVault.start();
    using client = new RawClient(vault);
    client.socket.end(
      request(vault, "LIST /v1/sys/policies/acl") + request(vault, "GET /v1/sys/mounts"),
    );
    await eventually(() => client.ended);
    expect(client.statuses).toEqual(["200", "200"]);
  });

  test("is told to send its body when it asks first", async () => {
    await using vault = await TestVault.start();
    using client = new RawClient(vault);
    const body = '{"x":1}';
    client.socket.write(
      `PUT /v1/cubbyhole/a HTTP/1.1\r\nHost: x\r\nX-Vault-Token: ${vault.rootToken}\r\nContent-Length: ${body.length}\r\nExpect: 100-continue\r\n\r\n`,
    );
    expect(await client.answers(1)).toEqual(["100"]);
    client.socket.write(body);
    expect(await client.answers(2)).toEqual(["100", "204"]);
  });

  test("ends with what is no request", async () => {
    await using vault = await TestVault.start();
    using client = new RawClient(vault);
    client.socket.write(
      `POST /v1/sys/unseal HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /v1/sys/health HTTP/1.1\r\nHost: x\r\n\r\n`,
    );
    await eventually(() => client.ended);
    expect(client.statuses).toEqual(["400"]);
  });

  test("ends when it is asked to", async () => {
    await using vault = await TestVault.start();
    using client = new RawClient(vault);
    client.socket.write("GET /v1/sys/health HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    await eventually(() => client.ended);
    expect(client.statuses).toEqual(["200"]);
  });

  test("that is idle does not hold up a stop", async () => {
    const vault = await TestVault.start();
    using client = new RawClient(vault);
    client.socket.write("GET /v1/sys/health HTTP/1.1\r\nHost: x\r\n\r\n");
    await client.answers(1);
    const closed = once(client.socket, "close");
    await vault[Symbol.asyncDispose]();
    await closed;
  });
});

const mebibytes = (count: number): string => JSON.stringify({ x: "y".repeat(count * 1024 * 1024) });

describe("bodies", () => {
  test.each([
    ["a form", "x=1&y=a+b", "application/x-www-form-urlencoded", { x: "1", y: "a b" }],
    ["JSON that says it is text", '{"x":1}', "text/plain", { x: 1 }],
    ["JSON that says it is a form", ' {"x":1}', "application/x-www-form-urlencoded", { x: 1 }],
  ])("%s works", async (_, body, type, expected) => {
    await using vault = await TestVault.start();
    await vault.must("POST", "cubbyhole/a", { body, headers: { "Content-Type": type } });
    expect((await vault.must("GET", "cubbyhole/a")).body.data).toEqual(expected);
  });

  test.each([["[1]"], ['{"x":1} trailing'], ['{"x":'], ["3"]])("%s is refused", async (body) => {
    await using vault = await TestVault.start();
    const reply = await vault.request("POST", "cubbyhole/a", { body });
    expect(reply.status).toBe(400);
    expect(reply.text).not.toContain("trailing");
  });

  test("of 33 MiB are too large, of 20 MiB not", async () => {
    await using vault = await TestVault.start();
    expect((await vault.request("POST", "cubbyhole/a", { body: mebibytes(33) })).status).toBe(413);
    expect((await vault.request("POST", "cubbyhole/a", { body: mebibytes(20) })).status).toBe(204);
  });
});

describe("paths", () => {
  test.each([
    ["GET", "/v2/x", "404"],
    ["GET", "/", "404"],
    ["TRACE", "/v1/sys/health", "405"],
    ["BREW", "/v1/sys/mounts", "405"],
    ["GET", "/v1/cubbyhole/../sys/mounts", "400"],
    ["GET", "/v1/cubbyhole/%2e%2e/sys/mounts", "400"],
    ["GET", "/v1/cubbyhole//a", "400"],
    ["GET", "/v1/cubbyhole/%00", "400"],
    ["GET", "/v1/cubbyhole/%zz", "400"],
    ["GET", "/v1/cubbyhole/LONG", "404"],
    ["POST", "/v1/cubbyhole/LONG", "400"],
    ["HEAD", "/v1/sys/health", "200"],
  ])("%s %s is %s", async (method, path, status) => {
    await using vault = await TestVault.start();
    using client = new RawClient(vault);
    client.socket.write(
      request(
        vault,
        `${method} ${path.replace("LONG", "x".repeat(3000))}`,
        method === "POST" ? '{"x":1}' : "",
      ),
    );
    expect(await client.answers(1)).toEqual([status]);
  });
});
