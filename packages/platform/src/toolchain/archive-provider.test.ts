import { createHash } from "node:crypto";
import { readdir, readFile, writeFile, mkdir } from "node:fs/promises";
import http from "node:http";
import type { AddressInfo } from "node:net";
import path from "node:path";
import { expect, test } from "vitest";
import { type EngineRequirement, provideEngine } from "./engine.ts";
import { runCommand, toolEnvironment } from "./run-command.ts";
import { testFolder } from "./test-folder.ts";

const requirement: EngineRequirement = {
  name: "tardb",
  versions: ">=3 <4",
  required: ["tardb"],
  sources: [{ provider: "path" }],
};

type Answer = (
  request: http.IncomingMessage,
  response: http.ServerResponse,
  content: Buffer,
) => void;

/** An archive, a server that gives it out in the way of `answer`, and the ranges that it was asked for. */
async function stage(answer: Answer) {
  const folder = await testFolder();
  await folder.script("tardb-3.3/bin/tardb", `echo tardb 3.3 # ${"x".repeat(1_000_000)}`);
  const file = path.join(folder.path, "tardb.tar");
  await runCommand("tar", ["-cf", file, "-C", folder.path, "tardb-3.3"], {
    env: toolEnvironment(),
  });
  const content = await readFile(file);
  const sha256 = createHash("sha256").update(content).digest("hex");
  const asked: (string | undefined)[] = [];
  const server = http.createServer((request, response) => {
    asked.push(request.headers.range);
    answer(request, response, content);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/pub/tardb.tar`;
  const cacheFolder = path.join(folder.path, "cache");
  const packages = path.join(cacheFolder, "packages");
  return {
    asked,
    content,
    sha256,
    packages,
    server,
    partial: path.join(packages, `${sha256.slice(0, 16)}-tardb.tar.partial`),
    optionsFor: (hash: string) => ({
      cacheFolder,
      engines: { tardb: { archive: { url, sha256: hash } } },
    }),
    [Symbol.asyncDispose]: async () => {
      server.close();
      server.closeAllConnections();
      await folder[Symbol.asyncDispose]();
    },
  };
}

const whole: Answer = (_, response, content) => response.end(content);

/** A server that knows ranges and breaks off after 400,000 bytes each time. */
const breakingOff: Answer = ({ headers }, response, content) => {
  const from = Number(/^bytes=(\d+)-$/.exec(headers.range ?? "")?.[1] ?? 0);
  const length = { "content-length": content.length - from };
  if (from === 0) response.writeHead(200, length);
  else
    response.writeHead(206, {
      ...length,
      "content-range": `bytes ${from}-${content.length - 1}/${content.length}`,
    });
  const part = content.subarray(from, from + 400_000);
  if (from + part.length === content.length) response.end(part);
  else response.write(part, () => response.socket?.end());
};

test("fetches the archive by address and hash, over a redirection, and needs no server again", async () => {
  await using here = await stage((request, response, content) =>
    request.url?.startsWith("/pub/")
      ? response.writeHead(302, { location: "../mirror/file" }).end()
      : response.end(content),
  );
  const options = here.optionsFor(here.sha256);
  const found = await provideEngine(requirement, options);
  expect(found).toMatchObject({
    version: "3.3",
    provider: "archive",
    programs: { tardb: `${found.root}/archive/tardb-3.3/bin/tardb` },
  });
  here.server.close();
  expect(await provideEngine(requirement, { ...options, offline: true })).toEqual(found);
  expect(here.asked).toHaveLength(2);
});

test("a download that breaks off is gone on with from where it was", async () => {
  await using here = await stage(breakingOff);
  const found = await provideEngine(requirement, here.optionsFor(here.sha256));
  expect(found.version).toBe("3.3");
  expect(here.asked.length).toBeGreaterThan(2);
  expect(here.asked.slice(0, 2)).toEqual([undefined, expect.stringMatching(/^bytes=[1-9]\d*-$/)]);
});

test("half a download of an earlier run is gone on with; the server that sends it all is heard too", async () => {
  for (const answer of [breakingOff, whole]) {
    await using here = await stage(answer);
    await mkdir(here.packages, { recursive: true });
    await writeFile(here.partial, here.content.subarray(0, 500_000));
    const found = await provideEngine(requirement, here.optionsFor(here.sha256));
    expect(found.version).toBe("3.3");
    expect(here.asked[0]).toBe("bytes=500000-");
  }
});

test("half a download of something else is thrown away, and the archive fetched from its start", async () => {
  await using here = await stage(breakingOff);
  await mkdir(here.packages, { recursive: true });
  await writeFile(here.partial, "z".repeat(500_000));
  expect((await provideEngine(requirement, here.optionsFor(here.sha256))).version).toBe("3.3");
  expect(here.asked[0]).toBe("bytes=500000-");
  expect(here.asked).toContain(undefined);
});

test("an archive with another hash is refused, and nothing of it stays", async () => {
  await using here = await stage(whole);
  const pinned = "0".repeat(64);
  await expect(provideEngine(requirement, here.optionsFor(pinned))).rejects.toMatchObject({
    code: "DS_ENGINE_UNAVAILABLE",
    exit: 3,
    message: expect.stringContaining(`it has the SHA-256 ${here.sha256}, not ${pinned}`),
  });
  expect(await readdir(here.packages)).toEqual([]);
});

test.each([
  ["the server answers 404 Not Found", (_, response) => response.writeHead(404).end()],
  ["more than 5 redirections", (_, response) => response.writeHead(307, { location: "?" }).end()],
] satisfies [string, Answer][])("%s is what is said", async (message, answer) => {
  await using here = await stage(answer);
  await expect(provideEngine(requirement, here.optionsFor(here.sha256))).rejects.toThrow(message);
});

test("a server that gives nothing new is not asked for ever", async () => {
  await using here = await stage((_, response) => response.destroy());
  await expect(provideEngine(requirement, here.optionsFor(here.sha256))).rejects.toThrow(/hang up/);
  expect(here.asked).toHaveLength(1);
});
