import { describe, expect, test } from "vitest";
import { collectGarbage } from "../barrier/collect-garbage.ts";
import { RequestParser, RequestSyntaxError, type ParsedRequest } from "./request-parser.ts";

const host = "Host: x\r\n";

function parseAll(chunks: readonly (string | Buffer)[], bodyLimit = 1000): ParsedRequest[] {
  const parser = new RequestParser(bodyLimit, () => undefined);
  const found: ParsedRequest[] = [];
  for (const chunk of chunks) {
    parser.push(Buffer.from(chunk as string));
    for (let next = parser.next(); next !== undefined; next = parser.next()) found.push(next);
  }
  return found;
}

function shown(requests: readonly ParsedRequest[]): string[] {
  return requests.map(({ method, target, body }) => `${method} ${target} ${body.toString()}`);
}

const sequence =
  `LIST /v1/a HTTP/1.1\r\n${host}\r\n` +
  `POST /v1/b HTTP/1.1\r\n${host}Content-Length: 16\r\n\r\nLIST /x HTTP/1.1` +
  `PUT /v1/c HTTP/1.1\r\n${host}Transfer-Encoding: chunked\r\n\r\n5;x=y\r\nab\r\nc\r\n3\r\ndef\r\n0\r\nTrailer: t\r\n\r\n` +
  `\r\nLIST /v1/d HTTP/1.1\r\n${host}Content-Length: 0\r\n\r\n`;
const expected = [
  "LIST /v1/a ",
  "POST /v1/b LIST /x HTTP/1.1",
  "PUT /v1/c ab\r\ncdef",
  "LIST /v1/d ",
];

describe("where requests end", () => {
  test("in one piece", () => {
    expect(shown(parseAll([sequence]))).toEqual(expected);
  });

  test("byte by byte", () => {
    expect(shown(parseAll([...Buffer.from(sequence)].map((byte) => Buffer.from([byte]))))).toEqual(
      expected,
    );
  });

  test("cut in two at every place", () => {
    for (let at = 1; at < sequence.length; at += 1) {
      expect(shown(parseAll([sequence.slice(0, at), sequence.slice(at)]))).toEqual(expected);
    }
  });
});

test.each([
  [
    "both framings",
    `POST / HTTP/1.1\r\n${host}Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n`,
    400,
  ],
  ["two lengths", `POST / HTTP/1.1\r\n${host}Content-Length: 3\r\nContent-Length: 4\r\n\r\n`, 400],
  [
    "two equal lengths",
    `POST / HTTP/1.1\r\n${host}Content-Length: 3\r\nContent-Length: 3\r\n\r\n`,
    400,
  ],
  ["a length with a sign", `POST / HTTP/1.1\r\n${host}Content-Length: +3\r\n\r\n`, 400],
  ["a list of lengths", `POST / HTTP/1.1\r\n${host}Content-Length: 3, 3\r\n\r\n`, 400],
  [
    "another transfer encoding",
    `POST / HTTP/1.1\r\n${host}Transfer-Encoding: gzip, chunked\r\n\r\n`,
    501,
  ],
  ["chunks in HTTP/1.0", `POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n`, 501],
  ["a space before the colon", `GET / HTTP/1.1\r\n${host}Content-Length : 3\r\n\r\n`, 400],
  ["a folded header", `GET / HTTP/1.1\r\n${host}A: b\r\n c\r\n\r\n`, 400],
  ["a bare line feed in a header", `GET / HTTP/1.1\r\n${host}A: b\nContent-Length: 3\r\n\r\n`, 400],
  ["a bare line feed as line end", `GET / HTTP/1.1\n${host}\r\n\r\n`, 400],
  ["a NUL in a header", `GET / HTTP/1.1\r\n${host}A: b\0\r\n\r\n`, 400],
  ["no host", "GET / HTTP/1.1\r\n\r\n", 400],
  ["two hosts", `GET / HTTP/1.1\r\n${host}${host}\r\n`, 400],
  ["a space in the target", `GET /a b HTTP/1.1\r\n${host}\r\n`, 400],
  ["another version", `GET / HTTP/2.0\r\n${host}\r\n`, 400],
  ["a bad chunk size", `POST / HTTP/1.1\r\n${host}Transfer-Encoding: chunked\r\n\r\n0x5\r\n`, 400],
  [
    "a chunk longer than it says",
    `POST / HTTP/1.1\r\n${host}Transfer-Encoding: chunked\r\n\r\n2\r\nabc\r\n`,
    400,
  ],
  [
    "an unknown expectation",
    `POST / HTTP/1.1\r\n${host}Expect: x\r\nContent-Length: 3\r\n\r\n`,
    417,
  ],
  ["too large a body", `POST / HTTP/1.1\r\n${host}Content-Length: 1001\r\n\r\n`, 413],
  [
    "too large a chunk",
    `POST / HTTP/1.1\r\n${host}Transfer-Encoding: chunked\r\n\r\n400\r\n${"x".repeat(1024)}`,
    413,
  ],
  ["endless headers", `GET / HTTP/1.1\r\n${host}A: ${"x".repeat(40_000)}`, 431],
])("%s is refused", (_, text, status) => {
  let thrown: unknown;
  try {
    parseAll([text]);
  } catch (error) {
    thrown = error;
  }
  expect(thrown).toBeInstanceOf(RequestSyntaxError);
  expect((thrown as RequestSyntaxError).status).toBe(status);
});

test("a header name of JavaScript's own finds nothing", () => {
  const [request] = parseAll([`GET / HTTP/1.1\r\n${host}__proto__: x\r\n\r\n`]);
  expect(request?.headers["constructor"]).toBeUndefined();
  expect(request?.headers["__proto__"]).toBe("x");
});

const keep = (text: string): boolean | undefined => parseAll([text])[0]?.keepAlive;

test("keep-alive is HTTP/1.1's default, and HTTP/1.0's choice", () => {
  expect(keep(`GET / HTTP/1.1\r\n${host}\r\n`)).toBe(true);
  expect(keep(`GET / HTTP/1.1\r\n${host}Connection: close\r\n\r\n`)).toBe(false);
  expect(keep("GET / HTTP/1.0\r\n\r\n")).toBe(false);
});

describe("what one client can cost", () => {
  test("a body in a great many pieces takes no more memory than in one", () => {
    const parser = new RequestParser(1024 * 1024, () => undefined);
    parser.push(Buffer.from(`POST / HTTP/1.1\r\n${host}Transfer-Encoding: chunked\r\n\r\n`));
    collectGarbage();
    const before = process.memoryUsage().heapUsed;
    const pieces = Buffer.from("1\r\nx\r\n".repeat(1000));
    for (let round = 0; round < 200; round += 1) {
      parser.push(Buffer.from(pieces));
      expect(parser.next()).toBeUndefined();
    }
    collectGarbage();
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(5_000_000);
    parser.push(Buffer.from("0\r\n\r\n"));
    expect(parser.next()?.body.toString()).toBe("x".repeat(200_000));
  });

  test("spaces within a header take time by their number, not by its square", () => {
    const value = `a${" ".repeat(30_000)}b`;
    const request = `GET / HTTP/1.1\r\n${host}X: \t ${value} \t\r\n\r\n`;
    for (const { headers } of parseAll(Array.from({ length: 200 }, () => request)))
      expect(headers["x"] === value).toBe(true);
  });
});
