import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { eventually } from "../shared/eventually.ts";
import { programFile } from "../shared/program-file.ts";
import { Secret } from "../shared/secret.ts";
import { bootstrapVault } from "./bootstrap.ts";
import { KeyStore } from "./key-store.ts";
import type { VaultTenant } from "./platform-model.ts";
import { readCredential } from "./stored-credentials.ts";
import { VaultClient } from "./vault-client.ts";

// A real server that holds nothing, as the vault that several stacks were told to use.
let folder: string;
let server: ChildProcess;
let client: VaultClient;
let token: Secret;

beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), "bootstrap-"));
  const flags = ["-dev", "-dev-no-kv", "-dev-listen-address=127.0.0.1:0"];
  server = spawn(process.execPath, [programFile("vault"), "server", ...flags], {
    stdio: ["ignore", "pipe", "ignore"],
  });
  let said = "";
  server.stdout?.setEncoding("utf8").on("data", (text: string) => (said += text));
  await eventually(async () => expect(said).toContain("Root Token: "), { deadlineMs: 20_000 });
  const [, address = ""] = /VAULT_ADDR='(.+)'/.exec(said) ?? [];
  token = new Secret(/Root Token: (\S+)/.exec(said)?.[1] ?? "");
  client = new VaultClient({ address, isOurs: false }, token);
});
afterEach(async () => {
  client[Symbol.dispose]();
  const ended = once(server, "exit");
  server.kill();
  await ended;
  await rm(folder, { recursive: true });
});

/** As far as a stack's services go: each with credentials of its own and a certificate. */
const tenants: readonly VaultTenant[] = ["one", "two"].map((name) => ({
  name,
  credentials: [
    {
      path: name,
      fields: { user: "dev", password: { generate: () => randomBytes(8).toString("hex") } },
    },
    { path: `${name}-copy`, fields: { password: { path: name, field: "password" } } },
  ],
  certificates: [{ instance: name, keyType: "ec" }],
  reads: [],
}));

const stackOf = (name: string): KeyStore => new KeyStore(path.join(folder, name));

async function passwords(): Promise<unknown[]> {
  const paths = tenants.flatMap(({ credentials }) => credentials.map((entry) => entry.path));
  const found = await Promise.all(paths.map(async (each) => readCredential(client, each)));
  return found.map((entry) => entry?.["password"]);
}

/** What two stacks must agree about. */
async function shared(): Promise<unknown[]> {
  const authorities = ["pki/cert/ca", "pki_int/cert/ca"].map(async (at) => client.read(at));
  return [...(await passwords()), ...(await Promise.all(authorities))];
}

/** How many authorities and keys there are: the intermediate lies beside the root that signed it, without its key. */
async function counted(): Promise<number[]> {
  const all = ["pki/issuers", "pki/keys", "pki_int/issuers", "pki_int/keys"];
  return Promise.all(all.map(async (each) => (await client.list(each)).length));
}

it("brings one vault to one state, however many stacks begin with it at once", async () => {
  const stacks = ["a", "b", "c", "d"].map(stackOf);
  // What a stack's services find as soon as it goes on to them.
  const found = await Promise.all(
    stacks.map(async (keyStore) => {
      await bootstrapVault({ client, keyStore, tenants });
      return passwords();
    }),
  );
  const last = await passwords();
  expect(new Set(last).size).toBe(2);
  for (const each of found) expect(each).toEqual(last);

  const chains = await Promise.all(stacks.map(async ({ caChainFile }) => readFile(caChainFile)));
  expect(new Set(chains.map(String)).size).toBe(1);
  expect(String(chains[0])).toContain(
    String((await client.read("pki_int/cert/ca"))?.["certificate"]).trim(),
  );
  expect(await counted()).toEqual([1, 1, 2, 1]);

  for (const keyStore of stacks)
    for (const { name } of tenants) {
      const { roleId, secretId } = (await keyStore.identity(name)) ?? {};
      const login = { role_id: roleId?.reveal(), secret_id: secretId?.reveal() };
      expect((await client.request("POST", "auth/approle/login", login)).status).toBe(200);
    }
});

/** Lets something happen right before the first write to a path: what the writer looked at is no longer so then. */
class InterruptedClient extends VaultClient {
  #interruption: (() => Promise<void>) | undefined;
  readonly #interrupted: string;

  constructor(interrupted: string, interruption: () => Promise<void>) {
    super(client.place, token);
    this.#interrupted = interrupted;
    this.#interruption = interruption;
  }

  override async write(
    at: string,
    body?: Readonly<Record<string, unknown>>,
  ): ReturnType<VaultClient["write"]> {
    const interruption = at === this.#interrupted ? this.#interruption : undefined;
    if (interruption) this.#interruption = undefined;
    await interruption?.();
    return super.write(at, body);
  }
}

it.each([
  "sys/mounts/secret",
  "secret/data/one",
  "pki/root/generate/internal",
  "pki_int/intermediate/set-signed",
])("takes what another stack has put there since it looked, before its own %s", async (at) => {
  const [mine, theirs] = [stackOf("a"), stackOf("b")];
  let before: readonly unknown[] = [];
  using late = new InterruptedClient(at, async () => {
    await bootstrapVault({ client, keyStore: theirs, tenants });
    before = await shared();
  });
  await bootstrapVault({ client: late, keyStore: mine, tenants });
  expect(before).toHaveLength(6);
  expect(await shared()).toEqual(before);
  expect(await counted()).toEqual([1, 1, 2, 1]);
  expect(await readFile(mine.caChainFile)).toEqual(await readFile(theirs.caChainFile));
});

it("makes anew what was deleted, and no field that is there", async () => {
  await bootstrapVault({ client, keyStore: stackOf("a"), tenants });
  await client.write("secret/data/one", { data: { user: "mine" } });
  await client.delete("secret/data/two");
  await bootstrapVault({ client, keyStore: stackOf("a"), tenants });
  const [one, two] = [await readCredential(client, "one"), await readCredential(client, "two")];
  expect(one).toEqual({ user: "mine", password: expect.stringMatching(/^[0-9a-f]{16}$/) });
  expect(two).toEqual({ user: "dev", password: expect.stringMatching(/^[0-9a-f]{16}$/) });
});

it("leaves to another stack what both were given, when one of them needs it no more", async () => {
  const [mine, theirs] = [stackOf("a"), stackOf("b")];
  for (const keyStore of [mine, theirs]) await bootstrapVault({ client, keyStore, tenants });
  await bootstrapVault({ client, keyStore: mine, tenants: tenants.slice(1) });
  expect(await mine.identity("one")).toBeUndefined();
  expect(await client.list("auth/approle/role")).toEqual(["one-role", "two-role"]);
  await bootstrapVault({ client, keyStore: theirs, tenants: tenants.slice(1) });
  expect(await client.list("auth/approle/role")).toEqual(["two-role"]);
  expect(await client.read("sys/policies/acl/one-policy")).toBeUndefined();
});
