import { chmod, mkdtemp, rm, stat, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { Secret } from "../shared/secret.ts";
import { KeyStore } from "./key-store.ts";

let folder: string;
let store: KeyStore;
const keys = { shares: ["a", "b", "c", "d", "e"].map((text) => new Secret(text)), threshold: 3 };

beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), "keys-"));
  store = new KeyStore(path.join(folder, "vault"));
  await store.announceInitialisation();
});
afterEach(async () => rm(folder, { recursive: true }));

it("knows an initialisation whose keys were lost from one whose keys were saved", async () => {
  expect(await store.initialisationWasCutOff()).toBe(true);
  await store.saveKeys(keys, new Secret("root"));
  expect(await store.initialisationWasCutOff()).toBe(false);
  expect((await store.keys())?.shares.map((share) => share.reveal())).toEqual([
    "a",
    "b",
    "c",
    "d",
    "e",
  ]);
  expect((await store.rootToken()).reveal()).toBe("root");
});

it("writes files 600 in folders 700", async () => {
  await store.saveKeys(keys, new Secret("root"));
  await store.saveIdentity("postgres", { roleId: new Secret("r"), secretId: new Secret("s") });
  const mode = async (...parts: string[]): Promise<number> =>
    (await stat(path.join(store.folder, ...parts))).mode & 0o777;
  expect(await mode("keys.json")).toBe(0o600);
  expect(await mode("approles", "postgres", "secret-id")).toBe(0o600);
  for (const parts of [[], ["approles"], ["approles", "postgres"]])
    expect(await mode(...parts)).toBe(0o700);
});

it.each([
  ["keys.json", 0o640],
  [".", 0o750],
])(
  "refuses %s when it is looser than it may be, with the command that mends it",
  async (name, mode) => {
    await store.saveKeys(keys, new Secret("root"));
    await chmod(path.join(store.folder, name), mode);
    await expect(store.keys()).rejects.toMatchObject({
      code: "DS_VAULT_KEYS_LOOSE",
      exit: 6,
      hint: expect.stringContaining("chmod"),
    });
  },
);

it("names a half-written keys file", async () => {
  await writeFile(store.keysFile, '{"keys": [', { mode: 0o600 });
  await expect(store.keys()).rejects.toMatchObject({ code: "DS_VAULT_KEYS_INVALID" });
});
