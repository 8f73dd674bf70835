import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { type FakeVault, startFakeVault } from "../fixtures/fake-vault.ts";
import { VaultClient } from "./vault-client.ts";
import { VaultSession } from "./vault-session.ts";
import { createVaultTransport, type VaultTransport } from "./vault-transport.ts";

let fake: FakeVault;
let client: VaultClient;

beforeEach(async () => {
  fake = await startFakeVault();
  client = clientOf(createVaultTransport(fake.address, undefined));
});
afterEach(async () => {
  client[Symbol.dispose]();
  await fake[Symbol.asyncDispose]();
});

function clientOf(transport: VaultTransport): VaultClient {
  const logger = { info: () => undefined, warn: () => undefined };
  const session = new VaultSession({ transport, appRoleDir: undefined, token: "t", logger });
  return new VaultClient(transport, session);
}

/** The same requests, with less patience. */
function impatient(): VaultClient {
  const transport = createVaultTransport(fake.address, undefined);
  const hasty = async (request: Parameters<VaultTransport>[0]) =>
    transport({ ...request, timeoutMs: 50 });
  return clientOf(Object.assign(hasty, { [Symbol.dispose]: () => transport[Symbol.dispose]() }));
}

const secret = "GET secret/data/postgres";
const health = "GET sys/health";
const state = (initialized: boolean, sealed: boolean, standby: boolean) => ({
  initialized,
  sealed,
  standby,
  version: "1.15.0",
});

describe("health", () => {
  it.each([
    [200, "active", state(true, false, false)],
    [429, "standby", state(true, false, true)],
    [473, "standby", state(true, false, true)],
    [501, "uninitialized", state(false, true, true)],
    [503, "sealed", state(true, true, true)],
  ] as const)("%i is %s", async (status, word, body) => {
    fake.answers.set(health, { status, body });
    expect(await client.health()).toEqual({ status: word, ...body });
  });

  it("takes what answers otherwise for no vault", async () => {
    fake.answers.set(health, { status: 404, body: "not here" });
    expect(await client.health()).toMatchObject({ status: "error", sealed: true });
  });

  it("is asked without a token, which a sealed vault could not judge", async () => {
    const seen: unknown[] = [];
    const transport = Object.assign(
      async (request: Parameters<VaultTransport>[0]) => {
        seen.push(request.token);
        return { status: 200, body: {} };
      },
      { [Symbol.dispose]: () => undefined },
    );
    await clientOf(transport).health();
    expect(seen).toEqual([undefined]);
  });
});

describe("a secret that can't be read", () => {
  it.each([
    [503, "sealed"],
    [501, "uninitialized"],
    [429, "standby"],
  ] as const)("says why: %i is %s", async (status, reason) => {
    fake.answers.set(secret, { status: 503, body: { errors: ["Vault is sealed"] } });
    fake.answers.set(health, { status });
    await expect(client.readSecret("postgres")).rejects.toMatchObject({ reason, statusCode: 503 });
  });

  it("says that the vault did not answer in time", async () => {
    await expect(impatient().readSecret("postgres")).rejects.toMatchObject({ reason: "timeout" });
  });

  it("says that there is no vault", async () => {
    await fake[Symbol.asyncDispose]();
    await expect(client.readSecret("postgres")).rejects.toMatchObject({ reason: "unreachable" });
  });

  it("says that the token lacks the right, where it is good", async () => {
    fake.answers.set(secret, { status: 403, body: { errors: ["permission denied"] } });
    fake.answers.set("GET auth/token/lookup-self", { status: 200 });
    await expect(client.readSecret("postgres")).rejects.toMatchObject({ reason: "forbidden" });
  });

  it("says of an active vault's fault that it is one", async () => {
    fake.answers.set(secret, { status: 500 });
    fake.answers.set(health, { status: 200, body: state(true, false, false) });
    await expect(client.readSecret("postgres")).rejects.toMatchObject({ reason: "error" });
  });

  it("is missing where nothing was written, and where it was deleted", async () => {
    for (const body of [{ errors: [] }, { data: { data: null, metadata: { version: 2 } } }]) {
      fake.answers.set(secret, { status: 404, body });
      await expect(client.readSecret("postgres")).rejects.toMatchObject({ statusCode: 404 });
    }
  });

  it("names no address and no token", async () => {
    fake.answers.set(secret, { status: 403 });
    fake.answers.set("GET auth/token/lookup-self", { status: 403 });
    const error = await client.readSecret("postgres").catch((thrown: Error) => thrown);
    expect(JSON.stringify(error)).not.toMatch(/127\.0\.0\.1/);
  });
});

describe("credentials", () => {
  const password = (word: string) => ({
    status: 200,
    body: { data: { data: { password: word } } },
  });
  const reads = (): number => fake.asked.filter((question) => question === secret).length;

  it("are asked for once a minute", async () => {
    vi.useFakeTimers({ toFake: ["Date"] });
    try {
      fake.answers.set(secret, password("first"));
      expect(await client.credentials("postgres")).toEqual({ password: "first" });
      fake.answers.set(secret, password("second"));
      vi.setSystemTime(Date.now() + 59_000);
      expect(await client.credentials("postgres")).toEqual({ password: "first" });
      expect(reads()).toBe(1);
      vi.setSystemTime(Date.now() + 1000);
      expect(await client.credentials("postgres")).toEqual({ password: "second" });
    } finally {
      vi.useRealTimers();
    }
  });

  it("are asked for at once where the old ones have proven wrong", async () => {
    fake.answers.set(secret, password("first"));
    await client.credentials("postgres");
    fake.answers.set(secret, password("second"));
    expect(await client.credentials("postgres", { fresh: true })).toEqual({ password: "second" });
    expect(await client.credentials("postgres")).toEqual({ password: "second" });
  });
});
