import { X509Certificate } from "node:crypto";
import { connect } from "node:net";
import { describe, expect, test } from "vitest";
import { rawRequest } from "./raw-request.ts";
import { eventually } from "./eventually.ts";
import { TestVault } from "./test-vault.ts";

/** What docs/security-review.md says was tried, where no test of a part's own shows it. */

async function status(vault: TestVault, token: string): Promise<number> {
  return (await vault.request("GET", "auth/token/lookup-self", { token })).status;
}

describe("tokens", () => {
  test("are taken from their headers only, and one of them decides", async () => {
    await using vault = await TestVault.start();
    const root = vault.rootToken;
    const ask = (path: string, headers: Record<string, string>): Promise<number> =>
      rawRequest(vault.url, "GET", `/v1/${path}`, { headers }).then((answer) => answer.status);
    expect(await ask(`sys/mounts?token=${root}`, {})).toBe(403);
    expect(await ask("sys/mounts", { Cookie: `token=${root}` })).toBe(403);
    expect(await ask("sys/mounts", { Authorization: `Basic ${root}` })).toBe(403);
    expect(
      await ask("sys/mounts", { "X-Vault-Token": "junk", Authorization: `Bearer ${root}` }),
    ).toBe(403);
    expect(await ask("sys/mounts", { "X-Vault-Token": `${root}, ${root}` })).toBe(403);
    expect(await ask("sys/mounts", { Authorization: `Bearer ${root}` })).toBe(200);
  });

  test("of which any part was changed are none", async () => {
    await using vault = await TestVault.start();
    const service = await vault.token({ policies: ["default"] });
    const batch = await vault.token({ policies: ["default"], type: "batch" });
    for (const token of [service, batch]) {
      expect(await status(vault, token)).toBe(200);
      for (const changed of [
        `${token}A`,
        token.slice(0, -1),
        token.toUpperCase(),
        token.replace("hv", "xx"),
        ` ${token}x`,
      ])
        expect(await status(vault, changed)).toBe(403);
      for (let at = 5; at < token.length; at += 7) {
        const other = token[at] === "A" ? "B" : "A";
        // The last letter of base64 may have bits that say nothing.
        if (at < token.length - 2)
          expect(await status(vault, token.slice(0, at) + other + token.slice(at + 1))).toBe(403);
      }
    }
  });

  test("of another vault are none, and a batch token ends with its parent", async () => {
    await using vault = await TestVault.start();
    await using other = await TestVault.start();
    const parent = await vault.token({ policies: ["root"], ttl: "1h" });
    const made = await vault.must("POST", "auth/token/create", {
      token: parent,
      body: { policies: ["default"], type: "batch" },
    });
    const batch = made.body.auth.client_token;
    expect([
      await status(vault, batch),
      await status(other, batch),
      await status(other, vault.rootToken),
    ]).toEqual([200, 403, 403]);
    await vault.must("POST", "auth/token/revoke", { body: { token: parent } });
    expect(await status(vault, batch)).toBe(403);
  });

  test("of a number of uses have no more, however many ask at once", async () => {
    await using vault = await TestVault.start();
    const token = await vault.token({ policies: ["default"], num_uses: 5 });
    const all = await Promise.all(Array.from({ length: 40 }, () => status(vault, token)));
    expect(all.filter((code) => code === 200)).toHaveLength(5);
  });

  test("that ran out stay so when the clock goes back, once the server has seen it", async () => {
    await using vault = await TestVault.start();
    const token = await vault.token({ policies: ["default"], ttl: "1h" });
    vault.advance(3601);
    expect(await status(vault, token)).toBe(403);
    // The clock is looked at every minute, and here.
    await vault.restart();
    await eventually(async () => {
      const { body } = await vault.must("LIST", "auth/token/accessors");
      return body.data.keys.length === 1;
    });
    vault.advance(-7200);
    expect(await status(vault, token)).toBe(403);
  });
});

describe("what names something else", () => {
  test("is no accessor: with NUL, halves of letters, slashes, or thousands of letters", async () => {
    await using vault = await TestVault.start();
    const { auth } = (await vault.must("POST", "auth/token/create", { body: {} })).body;
    for (const accessor of [
      `${auth.accessor}\0`,
      `${auth.accessor}/`,
      `\ud800${auth.accessor}`,
      "../id/x",
      "\ud800",
      "\ufffd",
      "x".repeat(5000),
    ])
      for (const path of ["lookup-accessor", "revoke-accessor", "renew-accessor"]) {
        const reply = await vault.request("POST", `auth/token/${path}`, { body: { accessor } });
        expect([reply.status, reply.body.data ?? null, reply.body.auth ?? null]).toEqual([
          path === "revoke-accessor" ? 200 : 400,
          null,
          null,
        ]);
      }
    expect(await status(vault, auth.client_token)).toBe(200);
  });

  test("is no token of the request before it on the same connection", async () => {
    await using vault = await TestVault.start();
    const { hostname, port } = new URL(vault.url);
    const socket = connect(Number(port), hostname);
    let received = "";
    socket.setEncoding("utf8").on("data", (chunk: string) => (received += chunk));
    socket.write(
      `GET /v1/sys/mounts HTTP/1.1\r\nHost: x\r\nX-Vault-Token: ${vault.rootToken}\r\n\r\n` +
        "GET /v1/sys/mounts HTTP/1.1\r\nHost: x\r\n\r\n",
    );
    const codes = (): string[] => received.match(/(?<=HTTP\/1\.1 )\d{3}/g) ?? [];
    await eventually(() => codes().length === 2);
    socket.destroy();
    expect(codes()).toEqual(["200", "403"]);
  });
});

test("a parameter that is given twice is one for the policy and the handler alike", async () => {
  await using vault = await TestVault.start();
  await vault.must("POST", "sys/mounts/kv", { body: { type: "kv" } });
  await vault.policy(
    "p",
    'path "kv/a" { capabilities = ["create", "update"] allowed_parameters = { "x" = ["ok"] } }',
  );
  const token = await vault.token({ policies: ["p"] });
  const send = async (body: string, type = "application/json"): Promise<number> =>
    (await vault.request("POST", "kv/a", { token, body, headers: { "Content-Type": type } }))
      .status;
  expect(await send('{"x":"ok","x":"bad"}')).toBe(403);
  expect(await send("x=ok&x=bad", "application/x-www-form-urlencoded")).toBe(403);
  expect(await send('{"x":"ok","__proto__":{"x":"bad"}}')).toBe(403);
  expect(await send('{"x":"bad","x":"ok"}')).toBe(204);
  expect((await vault.must("GET", "kv/a")).body.data).toEqual({ x: "ok" });
});

test("a sealed vault does nothing and tells nothing, whatever token comes along", async () => {
  await using vault = await TestVault.start();
  await vault.must("POST", "sys/auth/approle", { body: { type: "approle" } });
  await vault.must("POST", "sys/mounts/pki", { body: { type: "pki" } });
  await vault.must("PUT", "sys/seal");
  for (const [method, path] of [
    ["GET", "sys/mounts"],
    ["GET", "sys/internal/ui/mounts"],
    ["POST", "sys/wrapping/lookup"],
    ["POST", "auth/approle/login"],
    ["GET", "pki/ca/pem"],
    ["LIST", "no/such/"],
  ] as const)
    for (const token of [vault.rootToken, undefined]) {
      const body = method === "POST" ? { body: {} } : {};
      const reply = await vault.request(method, path, { token, ...body });
      expect([path, reply.status, reply.body]).toEqual([
        path,
        503,
        { errors: ["Vault is sealed"] },
      ]);
    }
  const { body } = await vault.request("GET", "sys/seal-status");
  expect(Object.keys(body)).not.toContain("cluster_id");
});

test("a wrapped answer is unwrapped once, however many try at once", async () => {
  await using vault = await TestVault.start();
  const { wrap_info } = (
    await vault.must("POST", "sys/wrapping/wrap", {
      body: { secret: "x" },
      headers: { "X-Vault-Wrap-TTL": "60" },
    })
  ).body;
  const tries = await Promise.all(
    Array.from({ length: 40 }, (_, index) =>
      index % 2 === 0
        ? vault.request("POST", "sys/wrapping/unwrap", { body: { token: wrap_info.token } })
        : vault.request("POST", "sys/wrapping/unwrap", { token: wrap_info.token }),
    ),
  );
  expect(tries.filter((reply) => reply.status === 200)).toHaveLength(1);
  expect(tries.filter((reply) => reply.text.includes('"secret"'))).toHaveLength(1);
});

describe("secret-ids", () => {
  test("of one use log in once, however many try at once", async () => {
    await using vault = await TestVault.start();
    await vault.must("POST", "sys/auth/approle", { body: { type: "approle" } });
    await vault.must("POST", "auth/approle/role/r", { body: { secret_id_num_uses: 1 } });
    const { role_id } = (await vault.must("GET", "auth/approle/role/r/role-id")).body.data;
    const { secret_id } = (await vault.must("POST", "auth/approle/role/r/secret-id")).body.data;
    const logins = await Promise.all(
      Array.from({ length: 40 }, () =>
        vault.request("POST", "auth/approle/login", {
          token: undefined,
          body: { role_id, secret_id },
        }),
      ),
    );
    expect(logins.filter((login) => login.status === 200)).toHaveLength(1);
  });

  test("of one role open no other", async () => {
    await using vault = await TestVault.start();
    await vault.must("POST", "sys/auth/approle", { body: { type: "approle" } });
    for (const role of ["a", "b"])
      await vault.must("POST", `auth/approle/role/${role}`, { body: {} });
    const { role_id } = (await vault.must("GET", "auth/approle/role/a/role-id")).body.data;
    const { secret_id, secret_id_accessor } = (
      await vault.must("POST", "auth/approle/role/b/secret-id")
    ).body.data;
    const login = await vault.request("POST", "auth/approle/login", {
      token: undefined,
      body: { role_id, secret_id },
    });
    expect(login.body.errors).toEqual(["invalid role or secret ID"]);
    const looked = await vault.request("POST", "auth/approle/role/a/secret-id-accessor/lookup", {
      body: { secret_id_accessor },
    });
    expect(looked.status).toBe(404);
  });
});

test("an address is that of the connection, whatever a header says", async () => {
  await using vault = await TestVault.start();
  await vault.must("POST", "sys/auth/approle", { body: { type: "approle" } });
  await vault.must("POST", "auth/approle/role/r", {
    body: { bind_secret_id: false, token_bound_cidrs: "10.1.2.3/32" },
  });
  const { role_id } = (await vault.must("GET", "auth/approle/role/r/role-id")).body.data;
  for (const name of [
    "X-Forwarded-For",
    "X-Real-IP",
    "Forwarded",
    "CF-Connecting-IP",
    "X-Vault-Forwarded-For",
  ]) {
    const login = await vault.request("POST", "auth/approle/login", {
      token: undefined,
      body: { role_id },
      headers: { [name]: name === "Forwarded" ? "for=10.1.2.3" : "10.1.2.3" },
    });
    expect(login.status, name).toBe(403);
  }
});

test("serial numbers of certificates are wide, positive and each used once", async () => {
  await using vault = await TestVault.start();
  await vault.must("POST", "sys/mounts/pki", { body: { type: "pki" } });
  await vault.must("POST", "pki/root/generate/internal", {
    body: { common_name: "R", key_type: "ec" },
  });
  await vault.must("POST", "pki/roles/r", { body: { allow_any_name: true, key_type: "ec" } });
  const issued = await Promise.all(
    Array.from({ length: 200 }, () =>
      vault.must("POST", "pki/issue/r", { body: { common_name: "a.b", ttl: "1h" } }),
    ),
  );
  const serials = issued.map(({ body }) => new X509Certificate(body.data.certificate).serialNumber);
  expect(new Set(serials).size).toBe(200);
  for (const serial of serials) {
    expect(serial).toHaveLength(40);
    expect(parseInt(serial.slice(0, 2), 16)).toBeLessThan(0x80);
  }
  expect((await vault.must("LIST", "pki/certs")).body.data.keys).toHaveLength(201);
});
