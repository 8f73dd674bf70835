import { writeFile } from "node:fs/promises";
import path from "node:path";
import { afterEach, describe, expect, inject, it } from "vitest";
import { type Application, startApplication } from "./application.ts";
import { eventually } from "./eventually.ts";
import { pause } from "./paused-process.ts";
import { type AppRole, askVault, createAppRole, sealVault } from "./vault-administrator.ts";

let appRole: AppRole;
let api: Application;

async function start(options: Parameters<typeof createAppRole>[0] = {}): Promise<void> {
  appRole = await createAppRole(options);
  api = await startApplication({ appRole });
}
afterEach(async () => {
  await api[Symbol.asyncDispose]();
  await appRole[Symbol.asyncDispose]();
});

/** Past the response cache. */
const readSecret = async () =>
  api.ask("GET /examples/vault/secret/postgres", { headers: { "cache-control": "no-cache" } });

const tokens = async (): Promise<
  readonly { accessor: string; creation_time: number; expire_time: string }[]
> => {
  const { data } = await askVault("GET", "auth/token/accessors?list=true");
  const found = [];
  for (const accessor of data.keys as string[]) {
    const looked = await askVault("POST", "auth/token/lookup-accessor", { accessor }).catch(
      () => undefined,
    );
    if (looked?.["data"].policies.includes(appRole.name)) found.push(looked["data"]);
  }
  return found;
};

describe("the token", () => {
  it("is one for many requests at once", async () => {
    await start();
    await Promise.all(Array.from({ length: 10 }, readSecret));
    expect(await tokens()).toHaveLength(1);
  });

  it("is kept when it merely lacks the right to read something", async () => {
    await start();
    await readSecret();
    const { status } = await api.ask("GET /examples/vault/secret/postgres-admin");
    expect(status).toBe(503);
    expect(await tokens()).toHaveLength(1);
  });

  it("is renewed before it ends, and stays the same", async () => {
    await start({ tokenTtlSeconds: 3 });
    expect((await readSecret()).status).toBe(200);
    const [first] = await tokens();
    await eventually(async () => {
      const [now] = await tokens();
      expect(now?.accessor).toBe(first?.accessor);
      expect(Date.parse(now?.expire_time ?? "")).toBeGreaterThan(
        Date.parse(first?.expire_time ?? ""),
      );
    });
  });

  it("is got anew when the old one can't be renewed any more", async () => {
    await start({ tokenTtlSeconds: 2, tokenMaxTtlSeconds: 3 });
    await readSecret();
    const [first] = await tokens();
    await eventually(async () => {
      expect((await readSecret()).status).toBe(200);
      const now = await tokens();
      expect(now.map(({ accessor }) => accessor)).not.toContain(first?.accessor);
    });
  });

  it("is got anew when it was revoked, and the client sees nothing of it", async () => {
    await start();
    await readSecret();
    const [first] = await tokens();
    await askVault("POST", "auth/token/revoke-accessor", { accessor: first?.accessor });
    expect((await readSecret()).status).toBe(200);
  });
});

describe("the login", () => {
  it("is refused for a secret-id that is none, and tried again with the next", async () => {
    await start();
    const file = path.join(appRole.folder, "secret-id");
    await writeFile(file, "none");
    expect((await readSecret()).body).toMatchObject({
      status_code: 503,
      details: { service: "vault", reason: "forbidden" },
    });
    const { data } = await askVault("POST", `auth/approle/role/${appRole.name}/secret-id`);
    await writeFile(file, data.secret_id as string);
    expect((await readSecret()).status).toBe(200);
  });

  it("waits for files that are not there yet, with 503", async () => {
    await start();
    const folder = path.join(appRole.folder, "later");
    await using early = await startApplication({ appRole: { ...appRole, folder } });
    const { body, text } = await early.ask("GET /examples/vault/secret/postgres");
    expect(body).toMatchObject({ status_code: 503, details: { reason: "error" } });
    expect(text).not.toContain(folder);
  });
});

describe("a vault that fails", () => {
  it("is sealed, says so, and is used again once it is not", async () => {
    await start();
    {
      await using _sealed = await sealVault();
      expect((await readSecret()).body).toMatchObject({
        error: "VaultUnavailableError",
        details: { reason: "sealed" },
      });
      expect((await api.ask("GET /health/vault")).body).toMatchObject({
        status: "unhealthy",
        details: { status: "sealed", sealed: true, initialized: true },
      });
    }
    await eventually(async () => expect((await readSecret()).status).toBe(200));
  });

  it("does not answer, and what was read before goes on without it", async () => {
    await start();
    await api.ask("GET /examples/database/postgres/query");
    {
      using _paused = pause(inject("stack").ports["vault"]?.["https"] ?? 0);
      expect((await api.ask("GET /examples/database/postgres/query")).status).toBe(200);
      expect((await api.ask("GET /health/vault")).body).toMatchObject({ status: "unhealthy" });
      expect((await readSecret()).body).toMatchObject({ details: { reason: "timeout" } });
    }
    await eventually(async () => expect((await readSecret()).status).toBe(200));
  });
});
