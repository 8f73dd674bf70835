import http from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, expect, it } from "vitest";
import { VaultClient } from "./vault-client.ts";
import { writeUnlessSo } from "./write-unless-so.ts";

// A vault of one path that counts what it is told to write.
let stored: Record<string, unknown> | undefined;
let writes: number;
let server: http.Server;
let client: VaultClient;

beforeEach(async () => {
  [stored, writes] = [undefined, 0];
  server = http.createServer(async (request, response) => {
    if (request.method === "POST") {
      let body = "";
      for await (const chunk of request) body += String(chunk);
      stored = { ...stored, ...(JSON.parse(body) as object) };
      writes += 1;
    }
    response.statusCode = stored ? 200 : 404;
    response.end(JSON.stringify(stored ? { data: stored } : { errors: [] }));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  client = new VaultClient({
    address: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    isOurs: true,
  });
});
afterEach(() => {
  client[Symbol.dispose]();
  server.close();
});

it("writes what is missing, nothing that is so, and puts back what was changed", async () => {
  const fields = { token_ttl: 3600, token_policies: ["one"] };
  await writeUnlessSo(client, "role", fields);
  expect([stored, writes]).toEqual([fields, 1]);
  stored = { ...stored, set_by_the_vault: true };
  await writeUnlessSo(client, "role", fields);
  expect(writes).toBe(1);
  stored = { ...stored, token_policies: ["one", "root"] };
  await writeUnlessSo(client, "role", fields);
  expect([stored["token_policies"], writes]).toEqual([["one"], 2]);
});
