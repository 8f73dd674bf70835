import { X509Certificate } from "node:crypto";
import { beforeAll, afterAll, describe, expect, test } from "vitest";
import { type Reply, TestVault } from "./test-vault.ts";

/** Where implementations of this API usually go wrong, one test for each kind. */

const denied = ["1 error occurred:\n\t* permission denied\n\n"];
const nothing = { errors: [] };
let vault: TestVault;
const ask = (
  method: string,
  path: string,
  body?: unknown,
  token: string | undefined = vault.rootToken,
  headers: Record<string, string> = {},
): Promise<Reply> =>
  vault.request(method, path, { token, headers, ...(body === undefined ? {} : { body }) });
const told = async (reply: Promise<Reply>): Promise<unknown[]> => {
  const { status, body } = await reply;
  return [status, body];
};
const refused = async (reply: Promise<Reply>): Promise<unknown[]> => {
  const { status, body } = await reply;
  return [status, body?.errors];
};

beforeAll(async () => {
  vault = await TestVault.start();
  await vault.must("POST", "sys/mounts/two", { body: { type: "kv-v2" } });
  await vault.must("POST", "sys/mounts/one", { body: { type: "kv" } });
  await vault.must("POST", "sys/mounts/pki", { body: { type: "pki" } });
  await vault.must("POST", "sys/auth/approle", { body: { type: "approle" } });
});
afterAll(async () => vault[Symbol.asyncDispose]());

test("what is not there, what is deleted, and deleting what is not there", async () => {
  for (const path of ["two/data/none", "one/none", "two/metadata/none", "auth/approle/role/none"])
    expect([path, ...(await told(ask("GET", path)))]).toEqual([path, 404, nothing]);
  for (const path of ["two/metadata", "one", "auth/approle/role", "auth/token/roles", "pki/certs"])
    expect([path, ...(await told(ask("LIST", path)))]).toEqual([path, 404, nothing]);
  await vault.must("POST", "two/data/gone", { body: { data: { x: "y" } } });
  const gone = async (): Promise<unknown> => {
    const { status, body } = await ask("GET", "two/data/gone");
    const { data, metadata } = body.data;
    return [status, data, metadata.deletion_time !== "", metadata.destroyed, "request_id" in body];
  };
  await vault.must("DELETE", "two/data/gone");
  expect(await gone()).toEqual([404, null, true, false, true]);
  await vault.must("POST", "two/destroy/gone", { body: { versions: [1] } });
  expect(await gone()).toEqual([404, null, true, true, true]);
  for (const path of [
    "two/data/none",
    "two/metadata/none",
    "one/none",
    "sys/policies/acl/none",
    "sys/mounts/none",
    "auth/approle/role/none",
    "auth/token/roles/none",
    "pki/roles/none",
  ])
    expect([path, (await ask("DELETE", path)).status]).toEqual([path, 204]);
});

test("two texts of 403, and mounts that are not there", async () => {
  const plain = await vault.token({ policies: ["default"] });
  for (const token of ["", "junk", "hvs.junk", "hvb.junk"])
    expect(await refused(ask("GET", "one/a", undefined, token))).toEqual([
      403,
      ["permission denied"],
    ]);
  expect(await refused(ask("GET", "one/a", undefined, plain))).toEqual([403, denied]);
  expect(await refused(ask("GET", "none/a", undefined, plain))).toEqual([403, denied]);
  expect(await refused(ask("GET", "none/a"))).toEqual([
    404,
    ['no handler for route "none/a". route entry not found.'],
  ]);
});

test("shares of the unseal key, and sealing what is sealed", async () => {
  await using sealed = await TestVault.start({ shares: 4, threshold: 3, unsealed: false });
  const [first = "", second = "", third = ""] = sealed.keys;
  const offer = async (key: string): Promise<Reply> =>
    sealed.request("PUT", "sys/unseal", { token: undefined, body: { key } });
  expect((await offer(first)).body).toMatchObject({ sealed: true, progress: 1 });
  const base64 = Buffer.from(first, "hex").toString("base64");
  expect((await offer(base64)).body).toMatchObject({ sealed: true, progress: 1 });
  expect((await offer(second)).body).toMatchObject({ sealed: true, progress: 2 });
  const corrupt = (third.startsWith("0") ? "1" : "0") + third.slice(1);
  expect((await offer(corrupt)).status).toBe(400);
  expect((await sealed.request("GET", "sys/seal-status")).body).toMatchObject({
    sealed: true,
    progress: 0,
    nonce: "",
  });
  // Whoever asks, since no token can be looked at.
  for (const token of [sealed.rootToken, "junk", undefined])
    expect((await sealed.request("PUT", "sys/seal", { token })).status).toBe(204);
  expect((await sealed.request("GET", "sys/seal")).status).toBe(405);
  expect((await sealed.request("GET", "sys/leader")).body).toMatchObject({ ha_enabled: false });
  await sealed.unseal();
  expect((await sealed.request("PUT", "sys/seal", { token: "junk" })).status).toBe(403);
});

test("check-and-set, PATCH, and paths of version 1 on version 2", async () => {
  const put = (options: object): Promise<Reply> =>
    ask("POST", "two/data/cas", { data: { x: "y" }, options });
  const mismatch = ["check-and-set parameter did not match the current version"];
  expect((await put({ cas: 0 })).status).toBe(200);
  await vault.must("DELETE", "two/data/cas");
  for (const cas of [0, null, false]) expect(await refused(put({ cas }))).toEqual([400, mismatch]);
  expect((await put({ cas: "1" })).status).toBe(200);
  const patch = (path: string, body: object, type: string): Promise<Reply> =>
    ask("PATCH", path, body, vault.rootToken, { "Content-Type": type });
  expect((await patch("two/data/cas", { data: {} }, "application/json")).status).toBe(415);
  const merge = "application/merge-patch+json";
  expect((await patch("two/data/cas", { data: { z: 1 } }, merge)).status).toBe(200);
  expect((await patch("two/metadata/none", {}, merge)).status).toBe(204);
  expect((await patch("two/metadata/none", { max_versions: 2 }, merge)).status).toBe(404);
  const { status, body } = await ask("GET", "two/cas");
  expect([status, body.data]).toEqual([404, null]);
  expect(body.warnings[0]).toContain("Invalid path for a versioned K/V secrets engine");
});

test("wrong, spent and unknown credentials of AppRole", async () => {
  await vault.must("POST", "auth/approle/role/r", { body: { secret_id_num_uses: 1 } });
  await vault.must("POST", "auth/approle/role/other", { body: {} });
  const { role_id } = (await vault.must("GET", "auth/approle/role/r/role-id")).body.data;
  const made = async (role: string, body: object = {}): Promise<string> =>
    (await vault.must("POST", `auth/approle/role/${role}/secret-id`, { body })).body.data.secret_id;
  const logIn = (body: object): Promise<Reply> => ask("POST", "auth/approle/login", body, "");
  const secret_id = await made("r", { metadata: '{"who":"me"}' });
  const { auth } = (await logIn({ role_id, secret_id })).body;
  expect(auth.metadata).toEqual({ role_name: "r", who: "me" });
  for (const wrong of [
    { role_id, secret_id },
    { role_id, secret_id: "none" },
    { role_id, secret_id: await made("other") },
    { role_id: "none", secret_id: await made("r") },
  ])
    expect(await refused(logIn(wrong))).toEqual([400, ["invalid role or secret ID"]]);
  expect((await ask("POST", "auth/approle/role/r/secret-id/lookup", { secret_id })).status).toBe(
    204,
  );
  const asObject = ask("POST", "auth/approle/role/r/secret-id", { metadata: { who: "me" } });
  expect((await asObject).status).toBe(400);
});

test("uses, renewals and ends of tokens", async () => {
  const few = await vault.token({ policies: ["default"], num_uses: 2 });
  expect(await refused(ask("GET", "one/a", undefined, few))).toEqual([403, denied]);
  expect((await ask("GET", "auth/token/lookup-self", undefined, few)).status).toBe(200);
  expect(await refused(ask("GET", "auth/token/lookup-self", undefined, few))).toEqual([
    403,
    ["permission denied"],
  ]);
  const renew = async (body: Record<string, unknown>, increment: string): Promise<Reply> =>
    ask("POST", "auth/token/renew-self", { increment }, await vault.token(body));
  const periodic = await renew({ policies: ["default"], period: "1h" }, "5h");
  expect(periodic.body.auth.lease_duration).toBe(3600);
  const capped = await renew({ policies: ["default"], ttl: "1h", explicit_max_ttl: "2h" }, "9h");
  expect(capped.body.auth.lease_duration).toBeLessThanOrEqual(7200);
  expect(capped.body.warnings[0]).toMatch(/exceeded the effective max_ttl/);
  expect((await ask("POST", "auth/token/revoke", { token: "none" })).status).toBe(204);
  await vault.policy("maker", 'path "auth/token/create" { capabilities = ["update"] }');
  const below = async (parent: string): Promise<string> =>
    (await ask("POST", "auth/token/create", { policies: ["maker"], ttl: "1h" }, parent)).body.auth
      .client_token;
  const parent = await vault.token({ policies: ["maker"], ttl: "2h" });
  const child = await below(parent);
  const grandchild = await below(child);
  await vault.must("POST", "auth/token/revoke", { body: { token: parent } });
  for (const token of [parent, child, grandchild])
    expect((await ask("GET", "auth/token/lookup-self", undefined, token)).status).toBe(403);
});

describe("which rule of a policy counts", () => {
  const may = async (policies: Record<string, string>, path: string): Promise<string[]> => {
    for (const [name, text] of Object.entries(policies)) await vault.policy(name, text);
    const token = await vault.token({ policies: Object.keys(policies), no_default_policy: true });
    return (await ask("POST", "sys/capabilities", { token, path })).body.data[path];
  };
  const rule = (path: string, ...capabilities: string[]): string =>
    `path "${path}" { capabilities = ${JSON.stringify(capabilities)} }\n`;

  test.each<[string, Record<string, string>, string, string[]]>([
    [
      "the most specific path alone",
      { p: rule("one/*", "read", "update") + rule("one/a", "list") },
      "one/a",
      ["list"],
    ],
    [
      "both of two policies with the same path",
      { p: rule("one/a", "read"), q: rule("one/a", "update") },
      "one/a",
      ["read", "update"],
    ],
    [
      "deny before all else of the same path",
      { p: rule("one/a", "read"), q: rule("one/a", "deny") },
      "one/a",
      ["deny"],
    ],
    [
      "the wildcard that comes later",
      { p: rule("one/+/c", "read") + rule("one/b/*", "update") },
      "one/b/c",
      ["update"],
    ],
    ["a listing's path with its slash", { p: rule("one/a/", "list") }, "one/a/", ["list"]],
  ])("%s", async (_, policies, path, capabilities) => {
    expect(await may(policies, path)).toEqual(capabilities);
  });

  test("list on a folder, with and without its slash; parameters in capitals", async () => {
    await vault.must("POST", "one/folder/entry", { body: { x: "y" } });
    await vault.policy("p", rule("one/folder/", "list"));
    const lister = await vault.token({ policies: ["p"] });
    for (const path of ["one/folder", "one/folder/"])
      expect((await ask("LIST", path, undefined, lister)).body.data.keys).toEqual(["entry"]);
    await vault.policy(
      "q",
      'path "one/a" { capabilities = ["create", "update"] denied_parameters = { "Size" = [] } }',
    );
    const writer = await vault.token({ policies: ["q"] });
    expect((await ask("POST", "one/a", { SIZE: "1" }, writer)).status).toBe(403);
    expect((await ask("POST", "one/a", { colour: "1" }, writer)).status).toBe(204);
  });
});

test("what sys tells twice, and names in small letters", async () => {
  for (const path of ["sys/mounts", "sys/auth", "sys/policy", "sys/key-status"]) {
    const { body } = await ask("GET", path);
    expect(body).toMatchObject(body.data);
  }
  expect((await ask("GET", "sys/policies/acl")).status).toBe(405);
  await vault.policy("UpAndDown", 'path "a" { capabilities = ["read"] }');
  expect((await ask("LIST", "sys/policies/acl")).body.data.keys).toContain("upanddown");
});

test("a wrapped answer, and unwrapping it twice", async () => {
  const wrap = await ask("POST", "sys/wrapping/wrap", { a: "b" }, vault.rootToken, {
    "X-Vault-Wrap-TTL": "60",
  });
  expect(wrap.body).toMatchObject({ request_id: "", data: null, auth: null });
  const { token } = wrap.body.wrap_info;
  expect((await ask("POST", "sys/wrapping/unwrap", { token })).body.data).toEqual({ a: "b" });
  expect((await ask("POST", "sys/wrapping/unwrap", { token })).status).toBe(400);
});

test("certificates before there is a root, their types, times and revocation", async () => {
  expect((await ask("GET", "pki/ca", undefined, "")).status).toBe(204);
  await vault.must("POST", "pki/root/generate/internal", {
    body: { common_name: "Root", key_type: "ec", ttl: "24h" },
  });
  for (const [path, type] of [
    ["ca", "application/pkix-cert"],
    ["ca/pem", "application/pem-certificate-chain"],
    ["ca_chain", "application/pkix-cert"],
    ["crl", "application/pkix-crl"],
    ["crl/pem", "application/x-pem-file"],
  ]) {
    const { status, headers } = await ask("GET", `pki/${path}`, undefined, "");
    expect([path, status, headers.get("content-type")]).toEqual([path, 200, type]);
  }
  await vault.must("POST", "pki/roles/r", {
    body: { allow_any_name: true, key_type: "ec", max_ttl: "1h" },
  });
  const before = Date.now();
  const issued = await vault.must("POST", "pki/issue/r", {
    body: { common_name: "a.b", ttl: "9h" },
  });
  const leaf = new X509Certificate(issued.body.data.certificate);
  const [from, to] = [Date.parse(leaf.validFrom), Date.parse(leaf.validTo)];
  // Half a minute back, and the hour that the role allows: certificates count whole seconds.
  expect(to - from).toBe(3_630_000);
  expect(from).toBeGreaterThan(before - 32_000);
  expect(issued.body.warnings[0]).toContain("is longer than permitted maxTTL");
  const { serial_number } = issued.body.data;
  for (let time = 0; time < 2; time += 1)
    expect((await ask("POST", "pki/revoke", { serial_number })).status).toBe(200);
  for (const [body, why] of [
    [{}, "The serial number or certificate to revoke must be provided."],
    [{ serial_number: "" }, "The serial number must be provided"],
  ] as const)
    expect(await refused(ask("POST", "pki/revoke", body))).toEqual([400, [why]]);
});

test("bodies of every kind", async () => {
  const send = (body: string, type?: string): Promise<Reply> =>
    ask(
      "POST",
      "one/body",
      body,
      vault.rootToken,
      type === undefined ? {} : { "Content-Type": type },
    );
  const stored = async (): Promise<unknown> => (await ask("GET", "one/body")).body.data;
  for (const [body, type] of [
    ["a=form", "application/x-www-form-urlencoded"],
    ['{"a":"form"}', "application/x-www-form-urlencoded"],
    ['{"a":"text"}', "text/plain"],
    ['{"a":"json"}', "application/json"],
    ['{"a":"none"}', ""],
  ] as const) {
    expect([body, type, (await send(body, type)).status]).toEqual([body, type, 204]);
    expect(await stored()).toEqual({ a: /form|text|json|none/.exec(body)?.[0] });
  }
  for (const body of ["[1]", '"a"', '{"a":"b"} more', "{"])
    expect([body, (await send(body)).status]).toEqual([body, 400]);
  expect((await send(`{"a":"${"x".repeat(33 * 1024 * 1024)}"}`)).status).toBe(413);
});

test("parameters of other types, and those of nobody", async () => {
  const token = await vault.token({ policies: "" });
  expect((await ask("POST", "auth/token/lookup", { token })).body.data.policies).toEqual(["root"]);
  const self = (body: object): Promise<unknown[]> =>
    refused(ask("POST", "sys/capabilities-self", body));
  for (const paths of ["", [], {}, null])
    expect(await self({ paths })).toEqual([400, ["paths must be supplied"]]);
  expect((await self({ paths: ["a", ""] }))[0]).toBe(400);
  const unseal = ask("PUT", "sys/unseal", { key: 7 }, "");
  expect(await refused(unseal)).toEqual([
    400,
    [
      "failed to decode JSON input: json: cannot unmarshal number into Go struct field UnsealRequest.Key of type string",
    ],
  ]);
  // Of paths that ask for no token.
  expect(await refused(ask("DELETE", "pki/ca", undefined, ""))).toEqual([
    405,
    ["unsupported operation"],
  ]);
  expect(await refused(ask("GET", "sys/internal/ui/mounts", undefined, "junk"))).toEqual([
    403,
    ["permission denied"],
  ]);
  expect((await ask("GET", "sys/internal/ui/mounts", undefined, "")).status).toBe(200);
});

test("what is asked of a mount itself", async () => {
  expect(await refused(ask("POST", "one", {}))).toEqual([400, ["missing path"]]);
  expect((await ask("DELETE", "one")).status).toBe(204);
  expect((await ask("DELETE", "cubbyhole")).status).toBe(204);
  expect((await ask("DELETE", "sys/mounts/one/tune")).status).toBe(405);
  expect((await ask("GET", "sys/mounts/one")).status).toBe(200);
});
