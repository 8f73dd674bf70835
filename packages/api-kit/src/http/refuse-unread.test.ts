import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type BareApp, bareApp } from "../fixtures/bare-app.ts";
import { sendRaw } from "../fixtures/raw-client.ts";

let bare: BareApp;
let port: number;
beforeAll(async () => {
  bare = bareApp([
    { url: "/health/" },
    { method: "POST", url: "/message", handler: () => ({ served: true }) },
  ]);
  await bare.app.listen({ host: "127.0.0.1", port: 0 });
  ({ port } = bare.app.server.address() as AddressInfo);
});
afterAll(async () => bare[Symbol.asyncDispose]());

const get = (target: string, ...headers: readonly string[]): string =>
  `GET ${target} HTTP/1.1\r\n${["host: a", "connection: close", ...headers].join("\r\n")}\r\n\r\n`;
const post = (...headers: readonly string[]): string =>
  `POST /message HTTP/1.1\r\n${["host: a", "content-type: text/plain", ...headers].join("\r\n")}\r\n\r\n`;
const smuggled = "0\r\n\r\nGET /health/ HTTP/1.1\r\nhost: a\r\n\r\n";

const refused: readonly (readonly [string, string, number])[] = [
  [
    "two ways to tell the length",
    post("content-length: 5", "transfer-encoding: chunked") + smuggled,
    400,
  ],
  [
    "the two the other way round",
    post("transfer-encoding: chunked", "content-length: 5") + smuggled,
    400,
  ],
  ["two lengths", `${post("content-length: 1", "content-length: 2")}ab`, 400],
  ["a length below nothing", post("content-length: -1"), 400],
  [
    "an encoding that ends otherwise than in chunks",
    post("transfer-encoding: chunked, identity"),
    400,
  ],
  ["a chunk of no size", `${post("transfer-encoding: chunked")}zz\r\n`, 400],
  ["a header on two lines", get("/health/", "x-a: b\r\n c"), 400],
  ["lines that end otherwise", "GET /health/ HTTP/1.1\nhost: a\n\n", 400],
  ["a blank before the colon", get("/health/", "x-a : b"), 400],
  ["a NUL in a header", get("/health/", "x-a: a\0b"), 400],
  ["a NUL in the path", get("/he\0alth/"), 400],
  ["bytes beyond ASCII in the path", get("/\xff"), 400],
  ["a method that nobody knows", "FOO /health/ HTTP/1.1\r\nhost: a\r\n\r\n", 400],
  ["what is no HTTP", "\x16\x03\x01\x00\xa5", 400],
  ["HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400],
  ["64 KiB of header", get("/health/", `x-a: ${"a".repeat(65_536)}`), 431],
  ["64 KiB of path", get(`/${"a".repeat(65_536)}`), 431],
  ["a proxy", "CONNECT localhost:22 HTTP/1.1\r\nhost: a\r\n\r\n", 400],
  ["no Host", "GET /health/ HTTP/1.1\r\nconnection: close\r\n\r\n", 400],
  ["two Hosts", get("/health/", "Host: b"), 400],
  ["no path", get("*"), 400],
];

it.each(refused)("refuses %s in the envelope, once, and ends", async (_, request, status) => {
  const answer = await sendRaw(port, request);
  const [head = "", body = ""] = answer.split("\r\n\r\n");
  expect(head).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
  expect(head).toMatch(/^content-type: application\/json; charset=utf-8$/m);
  expect(Number(/^content-length: (\d+)$/m.exec(head)?.[1])).toBe(body.length); // and nothing comes after
  const { request_id: id, ...said } = JSON.parse(body) as Record<string, unknown>;
  expect(head).toContain(`x-request-id: ${String(id)}`);
  expect(said).toEqual({
    error: status === 431 ? "HeaderTooLargeError" : "BadRequestError",
    message: expect.stringMatching(/^T/),
    status_code: status,
  });
});

const served: readonly (readonly [string, string])[] = [
  ["a URL in place of a path", get("http://elsewhere.example/health/")],
  ["HTTP/1.0 without a Host", "GET /health/ HTTP/1.0\r\n\r\n"],
  ["an offer of HTTP/2 or a WebSocket", get("/health/", "upgrade: h2c, websocket")],
  ["an expectation that nobody knows", get("/health/", "expect: tea")],
];
it.each(served)("serves %s as usual", async (_, request) => {
  expect(await sendRaw(port, request)).toMatch(/^HTTP\/1.1 200 [^]*\{"status":"ok"\}$/);
});

it("takes a body of two types for one of neither", async () => {
  const request = `${post("content-type: application/json", "content-length: 2", "connection: close")}{}`;
  expect(await sendRaw(port, request)).toMatch(/^HTTP\/1.1 415 /);
});

it("answers requests that come together one after the other", async () => {
  const answer = await sendRaw(
    port,
    "GET /health/ HTTP/1.1\r\nhost: a\r\n\r\n",
    "GET /nowhere HTTP/1.1\r\nhost: a\r\n\r\n",
    get("/health/"),
  );
  expect([...answer.matchAll(/HTTP\/1.1 (\d+)/g)].map(([, status]) => status)).toEqual([
    "200",
    "404",
    "200",
  ]);
});

it("counts what it refuses, and takes no path of its own for one", async () => {
  await sendRaw(port, "nonsense\r\n\r\n");
  expect(await bare.context.metrics.text()).toMatch(
    /http_errors_total\{error_type="BadRequestError",status_code="400"\} [1-9]/,
  );
  expect((await bare.app.inject("/-host")).statusCode).toBe(404);
});
