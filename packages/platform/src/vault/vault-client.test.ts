import http from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, expect, it } from "vitest";
import { VaultClient } from "./vault-client.ts";

// What OpenBao says of a request that met another one in its storage: it quotes the entry.
const undone = `1 error occurred:\n\t* gets had different structure: ${"0".repeat(5000)}: transaction commit failed`;
let answers: (readonly [status: number, text: string])[];
let server: http.Server;
let client: VaultClient;

beforeEach(async () => {
  answers = [];
  server = http.createServer((_request, response) => {
    const [status, text] = answers.shift() ?? [200, ""];
    response.statusCode = status;
    response.end(JSON.stringify(status === 200 ? { data: {} } : { errors: [text] }));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  client = new VaultClient({ address: `http://127.0.0.1:${port}`, isOurs: false });
});
afterEach(() => {
  client[Symbol.dispose]();
  server.close();
});

it("sends again what the vault undid, and no other request that failed", async () => {
  answers = [
    [500, undone],
    [500, undone],
    [200, ""],
    [500, "internal error"],
  ];
  expect(await client.write("role", {})).toEqual({ data: {} });
  expect(answers).toHaveLength(1);
  await expect(client.write("role", {})).rejects.toThrow("with 500: internal error");
});

it("gives up on what is undone every time, and tells why in a few words", async () => {
  answers = Array.from({ length: 100 }, () => [500, undone]);
  const error: unknown = await client.write("role", {}).catch((reason: unknown) => reason);
  expect(answers).toHaveLength(92);
  expect(String(error)).toContain("POST role with 500: 1 error occurred");
  expect(String(error).length).toBeLessThan(500);
});
