import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { eventually } from "../../test/eventually.ts";
import { TestVault } from "../../test/test-vault.ts";
import { dataFile } from "../storage/lmdb-store.ts";

/** Changes the last byte of what lies under a key on disk: deep in a value, where no page is hurt. */
function damage(vault: TestVault, key: string): void {
  const file = join(vault.folder, "data", dataFile);
  const bytes = readFileSync(file);
  for (let at = bytes.indexOf(key); at !== -1; at = bytes.indexOf(key, at + 1)) {
    const value = at + Buffer.byteLength(key) + 30;
    bytes[value] = (bytes[value] ?? 0) ^ 0xff;
  }
  writeFileSync(file, bytes);
}

test("an entry that was changed on disk is named at the unsealing, and never served", async () => {
  await using vault = await TestVault.start();
  await vault.must("POST", "sys/mounts/kv", { body: { type: "kv" } });
  const { uuid } = (await vault.must("GET", "sys/mounts/kv")).body.data;
  await vault.must("POST", "kv/hurt", { body: { value: "a long enough value to be changed" } });
  await vault.must("POST", "kv/whole", { body: { value: "x" } });
  await vault.server.stop();
  damage(vault, `logical/${uuid}/hurt`);
  await vault.open();
  await vault.unseal();
  const named = `the storage is damaged: the entry "logical/${uuid}/hurt" does not decrypt`;
  await eventually(() => vault.log.some((line) => line.includes("damaged")));
  expect(vault.log.filter((line) => line.includes("damaged"))).toEqual([named]);
  const reply = await vault.request("GET", "kv/hurt");
  expect([reply.status, reply.body.errors]).toEqual([
    500,
    ["1 error occurred:\n\t* internal error\n\n"],
  ]);
  expect((await vault.must("GET", "kv/whole")).body.data).toEqual({ value: "x" });
});

test("a vault whose own tables were changed stays sealed, and says which", async () => {
  await using vault = await TestVault.start();
  await vault.server.stop();
  damage(vault, "core/mounts");
  await vault.open();
  const reply = await vault.request("PUT", "sys/unseal", { body: { key: vault.keys[0] } });
  expect(reply.status).toBe(500);
  expect(vault.log).toContain(
    'the storage is damaged: the entry at "core/mounts" does not decrypt',
  );
  expect((await vault.request("GET", "sys/health")).status).toBe(503);
  expect((await vault.request("GET", "sys/mounts")).status).toBe(503);
});
