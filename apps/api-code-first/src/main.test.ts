import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { expect, it } from "vitest";
import { openApiDocument } from "./openapi/document.ts";
import { routes } from "./routes/routes.ts";

const checkout = path.resolve(import.meta.dirname, "../../..");
const readable = ["apps", "packages/api-kit", "node_modules", "package.json"];

it("serves its document where the contract can't be read", async () => {
  const port = await freePort();
  const folders = readable.map((each) => `--allow-fs-read=${path.join(checkout, each)}`);
  await using application = start(["--permission", ...folders], { HTTP_PORT: String(port) });
  for (;;) {
    application.throwIfEnded();
    const answer = await fetch(`http://127.0.0.1:${port}/openapi.json`).catch(() => undefined);
    if (!answer) {
      await delay(50);
      continue;
    }
    expect(await answer.json()).toEqual(JSON.parse(JSON.stringify(openApiDocument(routes))));
    return;
  }
});

it("ends with 2 and names every wrong setting, without a value and without a stack", async () => {
  await using application = start([], { HTTP_PORT: "seven", BACKEND_TLS: "perhaps" });
  expect(await application.ended).toBe(2);
  expect(application.said()).toMatch(/BACKEND_TLS.*HTTP_PORT/);
  expect(application.said()).not.toMatch(/seven|perhaps|^\s+at /m);
});

function start(options: readonly string[], settings: Readonly<Record<string, string>>) {
  const main = path.join(import.meta.dirname, "main.ts");
  const child = spawn(process.execPath, [...options, main], {
    env: { VAULT_TOKEN: "none", ...settings },
    stdio: ["ignore", "ignore", "pipe"],
  });
  let said = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => (said += text));
  const ended = once(child, "close").then(([code]) => code as number | null);
  return {
    ended,
    said: () => said,
    throwIfEnded: () => {
      if (child.exitCode !== null) throw new Error(`it ended with ${child.exitCode}: ${said}`);
    },
    [Symbol.asyncDispose]: async () => {
      child.kill("SIGKILL");
      await ended;
    },
  };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as { readonly port: number };
  server.close();
  await once(server, "close");
  return port;
}
