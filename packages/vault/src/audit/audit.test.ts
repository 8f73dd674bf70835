import { execFileSync } from "node:child_process";
import { chmodSync, mkdirSync, readFileSync, renameSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { TestVault } from "../../test/test-vault.ts";

const secret = "a-value-that-must-not-be-seen";

interface Entry {
  readonly type: "request" | "response";
  readonly error?: string;
  readonly auth: Record<string, unknown>;
  readonly request: Record<string, unknown> & { data?: Record<string, unknown> };
  readonly response?: { data?: unknown; auth?: Record<string, unknown> };
}

function logOf(vault: TestVault, name = "audit.log"): string {
  return join(vault.folder, name);
}

function entries(vault: TestVault, name?: string): Entry[] {
  const lines = readFileSync(logOf(vault, name), "utf8").split("\n");
  return lines.filter(Boolean).map((line) => JSON.parse(line) as Entry);
}

async function enable(vault: TestVault, name = "file", options: object = {}): Promise<void> {
  const file_path = logOf(vault, name === "file" ? "audit.log" : `${name}.log`);
  await vault.must("PUT", `sys/audit/${name}`, {
    body: { type: "file", options: { file_path, ...options } },
  });
}

async function startAudited(): Promise<TestVault> {
  const vault = await TestVault.start();
  await vault.must("POST", "sys/mounts/kv", { body: { type: "kv" } });
  await enable(vault);
  return vault;
}

describe("a file device", () => {
  test("has an entry of each request and one of each answer, with no value in it", async () => {
    await using vault = await startAudited();
    await vault.must("POST", "kv/path/name", { body: { field: secret, count: 7 } });
    await vault.must("GET", "kv/path/name");
    const all = entries(vault);
    const [asked, told] = all.filter(({ request }) => request["operation"] === "create");
    expect(asked).toMatchObject({
      type: "request",
      auth: { policies: ["root"], display_name: "root", token_type: "service" },
      request: {
        path: "kv/path/name",
        mount_type: "kv",
        data: { count: 7 },
        remote_address: "127.0.0.1",
      },
    });
    expect(told?.type).toBe("response");
    expect(told?.request["id"]).toBe(asked?.request["id"]);
    const text = readFileSync(logOf(vault), "utf8");
    expect(text).not.toContain(secret);
    expect(text).not.toContain(vault.rootToken);
    expect(statSync(logOf(vault)).mode & 0o777).toBe(0o600);
    const { hash } = (await vault.must("POST", "sys/audit-hash/file", { body: { input: secret } }))
      .body;
    expect(asked?.request.data?.["field"]).toBe(hash);
    const read = all.findLast(
      ({ type, request }) => type === "response" && request["operation"] === "read",
    );
    expect(read?.response?.data).toEqual({ count: 7, field: hash });
  });

  test("tells of what was refused, with no text of it", async () => {
    await using vault = await startAudited();
    await vault.request("GET", "kv/a", { token: "no-such-token" });
    await vault.request("POST", "auth/token/create", { body: { ttl: secret } });
    const [denied, invalid] = entries(vault).filter(
      ({ type, error }) => type === "response" && error !== undefined,
    );
    expect(denied).toMatchObject({ error: "permission denied", request: { path: "kv/a" } });
    expect(invalid?.error).toBe("invalid request");
    expect(readFileSync(logOf(vault), "utf8")).not.toContain(secret);
  });

  test("hashes the token that a login gives so that it can be found again", async () => {
    await using vault = await startAudited();
    const token = await vault.token({ policies: ["default"] });
    const { hash } = (await vault.must("POST", "sys/audit-hash/file", { body: { input: token } }))
      .body;
    const made = entries(vault).find(({ response }) => response?.auth !== undefined);
    expect(made?.response?.auth?.["client_token"]).toBe(hash);
  });

  test("shows what a mount says may be seen, and everything when it is told to", async () => {
    await using vault = await startAudited();
    await vault.must("POST", "sys/mounts/kv/tune", {
      body: { audit_non_hmac_request_keys: ["field"] },
    });
    await vault.must("POST", "kv/a", { body: { field: secret } });
    expect(entries(vault).some(({ request }) => request.data?.["field"] === secret)).toBe(true);
    await enable(vault, "raw", { log_raw: "true" });
    await vault.must("GET", "kv/a");
    expect(readFileSync(logOf(vault, "raw.log"), "utf8")).toContain(secret);
  });

  test("is listed, outlives a restart, and goes", async () => {
    await using vault = await startAudited();
    expect((await vault.must("GET", "sys/audit")).body["file/"]).toEqual({
      path: "file/",
      type: "file",
      description: "",
      local: false,
      options: { file_path: logOf(vault) },
    });
    await vault.restart();
    await vault.must("POST", "kv/after", { body: { field: secret } });
    expect(entries(vault).some(({ request }) => request["path"] === "kv/after")).toBe(true);
    await vault.must("DELETE", "sys/audit/file");
    const { length } = entries(vault);
    await vault.must("POST", "kv/unseen", { body: { field: secret } });
    expect(entries(vault)).toHaveLength(length);
    expect((await vault.must("GET", "sys/audit")).body.data).toEqual({});
  });

  test("goes on in a new file after a rotation", async () => {
    await using vault = await startAudited();
    renameSync(logOf(vault), logOf(vault, "old.log"));
    await vault.server.reload(vault.config);
    await vault.request("GET", "kv/rotated");
    expect(entries(vault).map(({ request }) => request["path"])).toContain("kv/rotated");
  });
});

describe("where no device can be written", () => {
  /** A pipe that nobody reads refuses every write, as a full disk does; also to root. */
  function breakFile(vault: TestVault): void {
    rmSync(logOf(vault));
    execFileSync("sh", ["-c", 'mkfifo "$0"', logOf(vault)]);
    vault.server.core.audit.reopen();
  }

  test("requests fail and do nothing, until it can be again", async () => {
    await using vault = await startAudited();
    breakFile(vault);
    const failed = await vault.request("POST", "kv/lost", { body: { field: "x" } });
    expect([failed.status, failed.body.errors]).toEqual([
      500,
      ["1 error occurred:\n\t* internal error\n\n"],
    ]);
    expect((await vault.request("GET", "kv/lost")).status).toBe(500);
    expect(vault.log.some((line) => line.includes("audit device file/ could not be written"))).toBe(
      true,
    );
    expect((await vault.request("GET", "sys/health")).status).toBe(200);
    rmSync(logOf(vault));
    expect((await vault.request("GET", "kv/lost")).status).toBe(404);
  });

  test("but one of two is enough", async () => {
    await using vault = await startAudited();
    await enable(vault, "second");
    breakFile(vault);
    await vault.must("POST", "kv/kept", { body: { field: "x" } });
    expect(entries(vault, "second.log").some(({ request }) => request["path"] === "kv/kept")).toBe(
      true,
    );
  });

  test("an answer that can't be told of is not given", async () => {
    await using vault = await startAudited();
    const { audit } = vault.server.core;
    const write = audit.write.bind(audit);
    let told = 0;
    audit.write = (entryFor): void => {
      told += 1;
      if (told === 2) breakFile(vault);
      write(entryFor);
    };
    const answer = await vault.request("POST", "auth/token/create", { body: {} });
    expect([answer.status, answer.text.includes("client_token")]).toEqual([500, false]);
  });
});

describe("enabling", () => {
  test.each([
    [{ type: "syslog" }, 'unknown backend type: "syslog"'],
    [{ type: "file" }, "file_path is required"],
    [
      { type: "file", options: { file_path: "/x", format: "jsonx" } },
      'unknown format type "jsonx"',
    ],
    [{ type: "file", options: { file_path: "/x", mode: "rwx" } }, 'invalid file mode "rwx"'],
    [
      { type: "file", options: { file_path: "/x", log_raw: "maybe" } },
      'invalid value for log_raw: "maybe"',
    ],
    [{ type: "file", options: { file_path: "/proc/no/such" } }, "unable to open"],
  ])("with %j is refused", async (body, why) => {
    await using vault = await TestVault.start();
    const reply = await vault.request("PUT", "sys/audit/x", { body });
    expect(reply.status).toBe(400);
    expect(reply.body.errors[0]).toContain(why);
    expect((await vault.must("GET", "sys/audit")).body.data).toEqual({});
  });

  test("needs sudo, and a path of its own", async () => {
    await using vault = await startAudited();
    await vault.policy(
      "almost",
      'path "sys/audit*" { capabilities = ["create", "read", "update", "delete"] }',
    );
    const token = await vault.token({ policies: ["almost"] });
    for (const method of ["PUT", "DELETE"])
      expect(
        (await vault.request(method, "sys/audit/file", { token, body: { type: "file" } })).status,
      ).toBe(403);
    expect((await vault.request("GET", "sys/audit", { token })).status).toBe(403);
    for (const path of ["file", "file/below"]) {
      const reply = await vault.request("PUT", `sys/audit/${path}`, { body: { type: "file" } });
      expect([reply.status, reply.body.errors]).toEqual([400, ["path already in use"]]);
    }
  });

  test("follows no folder that is not there", async () => {
    await using vault = await TestVault.start();
    const folder = join(vault.folder, "locked");
    mkdirSync(folder);
    chmodSync(folder, 0o700);
    const file_path = join(folder, "missing", "audit.log");
    const reply = await vault.request("PUT", "sys/audit/x", {
      body: { type: "file", options: { file_path } },
    });
    expect(reply.body.errors[0]).toContain("ENOENT");
  });
});
