import { mkdtemp, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { type FakeVault, startFakeVault } from "../fixtures/fake-vault.ts";
import { VaultSession } from "./vault-session.ts";
import { createVaultTransport, type VaultTransport } from "./vault-transport.ts";

const login = "POST auth/approle/login";
const renewal = "POST auth/token/renew-self";

let folder: string;
let fake: FakeVault;
let transport: VaultTransport;
let session: VaultSession;
let warned: string[];

beforeEach(async () => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  folder = await mkdtemp(path.join(os.tmpdir(), "session-"));
  for (const name of ["role-id", "secret-id"])
    await writeFile(path.join(folder, name), `${name}\n`);
  fake = await startFakeVault();
  transport = createVaultTransport(fake.address, undefined);
  warned = [];
  session = new VaultSession({
    transport,
    appRoleDir: folder,
    token: undefined,
    logger: {
      info: () => undefined,
      warn: (...told: unknown[]) => void warned.push(String(told.at(-1))),
    },
  });
});
afterEach(async () => {
  vi.useRealTimers();
  session[Symbol.dispose]();
  transport[Symbol.dispose]();
  await fake[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
});

const auth = (token: string, lease_duration = 60, renewable = true) => ({
  status: 200,
  body: { auth: { client_token: token, lease_duration, renewable } },
});
const times = (question: string): number => fake.asked.filter((asked) => asked === question).length;

describe("a token", () => {
  it("is renewed at two thirds of its life, and not before", async () => {
    fake.answers.set(login, auth("first"));
    fake.answers.set(renewal, auth("first"));
    expect(await session.token()).toBe("first");
    vi.advanceTimersByTime(39_999);
    expect(times(renewal)).toBe(0);
    vi.advanceTimersByTime(1);
    await vi.waitUntil(() => times(renewal) === 1);
    expect(await session.token()).toBe("first");
    expect(times(login)).toBe(1);
  });

  it("that never ends is never renewed", async () => {
    fake.answers.set(login, auth("for ever", 0));
    await session.token();
    expect(vi.getTimerCount()).toBe(0);
  });

  it("that can't be renewed is replaced when it is next needed, before it ends", async () => {
    fake.answers.set(login, auth("first", 60, false));
    await session.token();
    fake.answers.set(login, auth("second", 60, false));
    vi.advanceTimersByTime(40_000);
    expect(await session.token()).toBe("second");
    expect(times(renewal)).toBe(0);
  });

  it("whose renewal is refused is replaced at once", async () => {
    fake.answers.set(login, auth("first"));
    fake.answers.set(renewal, { status: 403, body: { errors: ["permission denied"] } });
    await session.token();
    fake.answers.set(login, auth("second"));
    vi.advanceTimersByTime(40_000);
    await vi.waitUntil(() => times(login) === 2);
    expect(await session.token()).toBe("second");
    expect(warned).toEqual(["the vault does not renew the token: logging in again"]);
  });

  it("is kept while a sealed vault can't renew it, and that is tried every five seconds", async () => {
    fake.answers.set(login, auth("first"));
    fake.answers.set(renewal, { status: 503, body: { errors: ["Vault is sealed"] } });
    await session.token();
    vi.advanceTimersByTime(40_000);
    for (const tries of [1, 2, 3]) {
      await vi.waitUntil(() => times(renewal) === tries && vi.getTimerCount() > 0);
      expect(await session.token()).toBe("first");
      vi.advanceTimersByTime(5000);
    }
    expect(times(login)).toBe(1);
  });

  it("is kept while there is no vault, and that is logged", async () => {
    fake.answers.set(login, auth("first"));
    await session.token();
    await fake[Symbol.asyncDispose]();
    vi.advanceTimersByTime(40_000);
    await vi.waitUntil(() => warned.length === 1);
    expect(warned).toEqual(["the token could not be renewed"]);
    expect(await session.token()).toBe("first");
  });
});

describe("a login", () => {
  it("is one, however many wait for it", async () => {
    fake.answers.set(login, auth("first"));
    const tokens = await Promise.all([session.token(), session.token(), session.token()]);
    expect(tokens).toEqual(["first", "first", "first"]);
    expect(times(login)).toBe(1);
  });

  it.each([
    [503, "sealed"],
    [501, "uninitialized"],
    [200, "error"],
  ] as const)("at a vault whose health is %i says %s", async (status, reason) => {
    fake.answers.set(login, { status: 500, body: "no JSON object" });
    fake.answers.set("GET sys/health", { status });
    await expect(session.token()).rejects.toMatchObject({ reason });
  });

  it("that is refused is tried anew by the next who needs a token", async () => {
    fake.answers.set(login, { status: 400, body: { errors: ["invalid secret id"] } });
    await expect(session.token()).rejects.toMatchObject({ reason: "forbidden", outage: false });
    fake.answers.set(login, auth("first"));
    expect(await session.token()).toBe("first");
  });
});
