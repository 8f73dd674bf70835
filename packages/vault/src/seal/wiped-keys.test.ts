import { spawn } from "node:child_process";
import { createSecretKey } from "node:crypto";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { countInMemory } from "../../test/count-in-memory.ts";
import { eventually } from "../../test/eventually.ts";
import { decryptEntry } from "../barrier/aes-gcm.ts";
import { LmdbStore } from "../storage/lmdb-store.ts";

/** The root key and the keyring's, read from the storage with the unseal key. */
async function keysIn(folder: string, unsealKey: string): Promise<Buffer[]> {
  const store = new LmdbStore(folder);
  const read = (key: string): Uint8Array => store.get(key) ?? Buffer.alloc(0);
  const root = decryptEntry(
    createSecretKey(Buffer.from(unsealKey, "hex")),
    "core/root-key",
    read("core/root-key"),
  );
  const keyring = decryptEntry(createSecretKey(root), "core/keyring", read("core/keyring"));
  await store.close();
  return [root, keyring.subarray(16)];
}

const isLinux = process.platform === "linux";
if (!isLinux) console.warn("keys in memory: skipped, a process can be looked into only on Linux");

test.skipIf(!isLinux)("sealing wipes the keys from the process's memory", async () => {
  const folder = mkdtempSync(join(tmpdir(), "vault-wipe-"));
  const config = join(folder, "vault.json");
  const tcp = { address: "127.0.0.1:0", tls_disable: true };
  writeFileSync(config, JSON.stringify({ storage: { file: { path: "data" } }, listener: { tcp } }));
  const main = join(import.meta.dirname, "../main.ts");
  const server = spawn(process.execPath, [main, "server", "--config", config], {
    stdio: ["ignore", "ignore", "pipe"],
  });
  const exit = once(server, "exit");
  try {
    let log = "";
    server.stderr.on("data", (chunk: Buffer) => (log += chunk.toString()));
    await eventually(() => log.includes("listening on"));
    const url = /listening on (\S+)/.exec(log)?.[1] ?? "";
    const put = async (path: string, body: object, token = ""): Promise<any> => {
      const headers = { "X-Vault-Token": token };
      const text = await (
        await fetch(`${url}/v1/${path}`, { method: "PUT", headers, body: JSON.stringify(body) })
      ).text();
      return text === "" ? undefined : JSON.parse(text);
    };
    const { keys, root_token } = await put("sys/init", { secret_shares: 1, secret_threshold: 1 });
    await put("sys/unseal", { key: keys[0] });
    const secrets = await keysIn(join(folder, "data"), keys[0]);
    const counts = (): number[] => secrets.map((key) => countInMemory(server.pid ?? 0, key));
    expect(Math.min(...counts())).toBeGreaterThan(0);
    await put("sys/seal", {}, root_token);
    expect(counts()).toEqual([0, 0]);
  } finally {
    server.kill("SIGTERM");
    await exit;
    rmSync(folder, { recursive: true, force: true });
  }
});
