import { once } from "node:events";
import http from "node:http";
import net, { type AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type BareApp, bareApp } from "../fixtures/bare-app.ts";
import { sendRaw } from "../fixtures/raw-client.ts";
import { heldOpen, type Patience } from "./held-open.ts";

const mebibyte = Buffer.alloc(1024 * 1024, "a");
const chunk = Buffer.concat([Buffer.from("100000\r\n"), mebibyte, Buffer.from("\r\n")]);
const times = (count: number, piece: Buffer): readonly Buffer[] =>
  Array.from({ length: count }, () => piece);

describe("a body that is refused", () => {
  let bare: BareApp;
  let port: number;
  beforeAll(async () => {
    bare = bareApp([{ method: "POST", url: "/message", handler: () => ({}) }]);
    await bare.app.listen({ host: "127.0.0.1", port: 0 });
    ({ port } = bare.app.server.address() as AddressInfo);
  });
  afterAll(async () => bare[Symbol.asyncDispose]());

  const refused: readonly (readonly [string, string, readonly Buffer[], number, string])[] = [
    ["of a known length", "content-length: 11534336", times(11, mebibyte), 413, "application/json"],
    [
      "in chunks",
      "transfer-encoding: chunked",
      [...times(30, chunk), Buffer.from("0\r\n\r\n")],
      413,
      "application/json",
    ],
    ["of a type that is not taken", "content-length: 5242880", times(5, mebibyte), 415, "text/xml"],
  ];
  it.each(refused)(
    "%s lets the client read why, which reads only once it has sent all",
    async (_, length, body, status, type) => {
      const head = `POST /message HTTP/1.1\r\nhost: a\r\nconnection: close\r\ncontent-type: ${type}\r\n${length}\r\n\r\n`;
      const answer = await sendRaw(port, head, ...body);
      expect(answer).toMatch(new RegExp(`^HTTP/1.1 ${status} [^]*"status_code":${status}[^]*}$`));
    },
  );

  it("leaves the connection to the next request", async () => {
    const post =
      "POST /nowhere HTTP/1.1\r\nhost: a\r\ncontent-type: text/plain\r\ncontent-length: 5242880\r\n\r\n";
    const next = "GET /nowhere HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n";
    const answer = await sendRaw(port, post, ...times(5, mebibyte), next);
    expect(answer.match(/HTTP\/1.1 404 /g)).toHaveLength(2);
  });

  it("is not asked for where its length tells", async () => {
    const head =
      "POST /message HTTP/1.1\r\nhost: a\r\nexpect: 100-continue\r\ncontent-type: text/plain\r\n";
    const wanted = await sendRaw(
      port,
      `${head}content-length: 1\r\nconnection: close\r\n\r\n`,
      "a",
    );
    expect(wanted).toMatch(/^HTTP\/1.1 100 Continue\r\n\r\nHTTP\/1.1 200 /);
    const socket = net.connect(port, "127.0.0.1");
    socket.write(`${head}content-length: 11534336\r\n\r\n`);
    const [first] = await once(socket, "data");
    socket.destroy();
    expect(String(first)).toMatch(/^HTTP\/1.1 413 /);
  });
});

describe("whoever sends for ever", () => {
  const endless = async (patience: Patience, everyMs: number): Promise<string> => {
    const server = http.createServer((request, response) => {
      response.setHeader("content-length", 2);
      heldOpen("no", request, patience).pipe(response);
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const socket = net.connect((server.address() as AddressInfo).port, "127.0.0.1");
    let answer = "";
    socket.on("data", (data: Buffer) => (answer += data.toString()));
    socket.on("error", () => undefined); // it is cut off while it sends
    socket.write("POST / HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n");
    const sending = setInterval(() => socket.write("1\r\na\r\n"), everyMs);
    await new Promise((resolve) => socket.once("close", resolve));
    clearInterval(sending);
    await new Promise((resolve) => server.close(resolve));
    return answer;
  };

  it("is cut off after so many bytes, with the answer", async () => {
    expect(await endless({ bytes: 20, ms: 600_000 }, 1)).toMatch(/^HTTP\/1.1 200 [^]*no$/);
  });

  it("is cut off after some time, with the answer", async () => {
    expect(await endless({ bytes: 1024 ** 3, ms: 50 }, 10)).toMatch(/^HTTP\/1.1 200 [^]*no$/);
  });
});
