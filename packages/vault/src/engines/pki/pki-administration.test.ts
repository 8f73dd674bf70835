import { X509Certificate } from "node:crypto";
import { describe, expect, test } from "vitest";
import { TestVault, type Reply } from "../../../test/test-vault.ts";

const patch = { "Content-Type": "application/merge-patch+json" };

/** A mount at pki/ with the issuers a and b, of which a is the default, and their keys ka and kb. */
async function start(): Promise<TestVault> {
  const vault = await TestVault.start();
  await vault.must("POST", "sys/mounts/pki", { body: { type: "pki" } });
  for (const name of ["a", "b"]) {
    await vault.must("POST", "pki/root/generate/internal", {
      body: { common_name: name, key_type: "ec", issuer_name: name, key_name: `k${name}` },
    });
  }
  return vault;
}

async function refuses(reply: Promise<Reply>, status: number, text: string): Promise<void> {
  const { status: given, body } = await reply;
  expect([given, body.errors]).toEqual([status, [text]]);
}

function listed(text: string): string {
  return `1 error occurred:\n\t* ${text}\n\n`;
}

describe("before there is an authority", () => {
  test.each([
    ["ca", 204, "application/pkix-cert"],
    ["ca/pem", 204, "application/pem-certificate-chain"],
    ["ca_chain", 204, "application/pkix-cert"],
    ["crl", 204, "application/pkix-crl"],
    ["crl/pem", 204, "application/x-pem-file"],
    ["cert/ca", 404, "application/json"],
    ["cert/ca_chain", 404, "application/json"],
    ["cert/crl", 404, "application/json"],
    ["cert/01:02", 404, "application/json"],
    ["cert/junk", 404, "application/json"],
    ["issuer/default/pem", 500, "application/json"],
  ])("%s is answered with %d, without a token", async (path, status, type) => {
    await using vault = await TestVault.start();
    await vault.must("POST", "sys/mounts/pki", { body: { type: "pki" } });
    const reply = await vault.request("GET", `pki/${path}`, { token: undefined });
    expect([reply.status, reply.headers.get("content-type")]).toEqual([status, type]);
  });

  test("a role may be there already, which is warned of", async () => {
    await using vault = await TestVault.start();
    await vault.must("POST", "sys/mounts/pki", { body: { type: "pki" } });
    const write = async (issuer_ref: string): Promise<string> =>
      (await vault.must("POST", "pki/roles/r", { body: { issuer_ref } })).body.warnings[0];
    expect(await write("default")).toContain("no default issuing certificate");
    expect(await write("x")).toBe(
      "Issuing Certificate was set to x but no issuing certificate currently has that name",
    );
    await refuses(
      vault.request("GET", "pki/key/default"),
      500,
      listed("no default key currently configured"),
    );
  });
});

test("issuers are listed to all, described, renamed and changed, chosen, and removed", async () => {
  await using vault = await start();
  const list = async (): Promise<Record<string, Record<string, unknown>>> =>
    (await vault.must("LIST", "pki/issuers", { token: undefined })).body.data.key_info;
  const named = async (name: string): Promise<[string, Record<string, unknown>]> => {
    const found = Object.entries(await list()).find(([, info]) => info["issuer_name"] === name);
    return found ?? ["", {}];
  };
  const [a, [b]] = [await named("a"), await named("b")];
  expect([a[1]["is_default"], (await named("b"))[1]["is_default"]]).toEqual([true, false]);
  expect((await vault.must("GET", "pki/issuer/a")).body.data).toMatchObject({
    issuer_id: a[0],
    key_id: a[1]["key_id"],
    leaf_not_after_behavior: "err",
    revoked: false,
  });

  const change = (method: string, body: object): Promise<Reply> =>
    vault.request(method, `pki/issuer/${a[0]}`, { body, headers: method === "PATCH" ? patch : {} });
  await refuses(change("POST", { issuer_name: "b" }), 400, "issuer name already in use");
  await refuses(
    change("POST", { leaf_not_after_behavior: "x" }),
    400,
    "Unknown value for field `leaf_not_after_behavior`",
  );
  expect((await change("PATCH", { leaf_not_after_behavior: "truncate" })).body.data).toMatchObject({
    issuer_name: "a",
    leaf_not_after_behavior: "truncate",
  });
  // A write puts back what is not given, a patch leaves it.
  expect((await change("POST", { issuer_name: "c" })).body.data).toMatchObject({
    issuer_name: "c",
    leaf_not_after_behavior: "err",
  });

  const choose = (reference: string): Promise<Reply> =>
    vault.request("POST", "pki/config/issuers", { body: { default: reference } });
  expect((await choose("b")).body.data.default).toBe(b);
  expect((await vault.must("GET", "pki/config/issuers")).body.data.default).toBe(b);
  await refuses(
    choose("none"),
    400,
    "Error resolving issuer reference: unable to find PKI issuer for reference: none",
  );
  await refuses(
    choose(""),
    400,
    "Invalid issuer specification; must be non-empty and can't be 'default'.",
  );

  for (const reference of ["c", "c", "b"])
    expect((await vault.request("DELETE", `pki/issuer/${reference}`)).status).toBe(200);
  expect((await vault.request("LIST", "pki/issuers")).status).toBe(404);
  expect((await vault.must("GET", "pki/config/issuers")).body.data.default).toBe("");
});

test("keys are listed, described, renamed, chosen, and removed; never shown", async () => {
  await using vault = await start();
  const { key_id: ka } = (await vault.must("GET", "pki/key/ka")).body.data;
  const { data } = (await vault.must("LIST", "pki/keys")).body;
  expect(data.key_info[ka]).toEqual({ is_default: true, key_name: "ka" });
  expect((await vault.must("GET", "pki/key/kb")).body.data).toEqual({
    key_id: data.keys.find((id: string) => id !== ka),
    key_name: "kb",
    key_type: "ec",
    subject_key_id: expect.stringMatching(/^([0-9a-f]{2}:){19}[0-9a-f]{2}$/),
  });
  const rename = (key_name: string): Promise<Reply> =>
    vault.request("POST", `pki/key/${ka}`, { body: { key_name } });
  await refuses(rename("kb"), 400, "key name already in use");
  expect((await rename("kc")).body.data).toMatchObject({ key_name: "kc" });
  await refuses(
    vault.request("GET", "pki/key/ka"),
    500,
    listed("unable to find PKI key for reference: ka"),
  );
  const choose = (reference: string): Promise<Reply> =>
    vault.request("POST", "pki/config/keys", { body: { default: reference } });
  await refuses(
    choose("none"),
    400,
    "Error resolving issuer reference: unable to find PKI key for reference: none",
  );
  const chosen = (await choose("kb")).body.data.default;
  expect((await vault.must("GET", "pki/config/keys")).body.data.default).toBe(chosen);
  for (const reference of ["kc", "kc", "kb"])
    expect((await vault.request("DELETE", `pki/key/${reference}`)).status).toBe(204);
  expect((await vault.must("GET", "pki/config/keys")).body.data.default).toBe("");
  expect((await vault.request("LIST", "pki/keys")).status).toBe(404);
});

test("roles are listed, read, patched field by field, and deleted", async () => {
  await using vault = await start();
  await vault.must("POST", "pki/roles/r", { body: { ttl: "2h", allow_any_name: true } });
  const patched = await vault.must("PATCH", "pki/roles/r", { body: { ttl: "1h" }, headers: patch });
  expect([patched.body.data, patched.body.warnings]).toMatchObject([
    { ttl: 3600, allow_any_name: true },
    null,
  ]);
  expect((await vault.must("GET", "pki/roles/r")).body.data).toEqual(patched.body.data);
  await refuses(
    vault.request("PATCH", "pki/roles/none", { body: {}, headers: patch }),
    400,
    "Unable to fetch role entry to patch",
  );
  expect((await vault.must("LIST", "pki/roles")).body.data.keys).toEqual(["r"]);
  await vault.must("DELETE", "pki/roles/r");
  expect((await vault.request("GET", "pki/roles/r")).status).toBe(404);
});

test("addresses are kept, checked, and written into what is issued", async () => {
  await using vault = await start();
  const set = (body: object): Promise<Reply> => vault.request("POST", "pki/config/urls", { body });
  const urls = {
    issuing_certificates: ["http://127.0.0.1/ca"],
    crl_distribution_points: ["http://127.0.0.1/crl"],
    ocsp_servers: ["http://127.0.0.1/ocsp"],
  };
  expect((await set(urls)).body.data).toEqual(urls);
  expect((await set({ ocsp_servers: urls.ocsp_servers })).body.data).toEqual(urls);
  await refuses(
    set({ ocsp_servers: "nonsense" }),
    400,
    "invalid URL found in Authority Information Access (AIA) parameter ocsp_servers: nonsense",
  );
  await refuses(
    set({ enable_templating: true }),
    400,
    "enable_templating is not supported by this server",
  );
  expect((await vault.must("GET", "pki/config/urls")).body.data).toEqual(urls);
  await vault.must("POST", "pki/roles/r", {
    body: { allow_any_name: true, key_type: "ec", ttl: "1h" },
  });
  const { data } = (await vault.must("POST", "pki/issue/r", { body: { common_name: "x.test" } }))
    .body;
  expect(new X509Certificate(data.certificate).infoAccess?.split("\n")).toEqual(
    expect.arrayContaining([
      "OCSP - URI:http://127.0.0.1/ocsp",
      "CA Issuers - URI:http://127.0.0.1/ca",
    ]),
  );
  expect(new X509Certificate(data.certificate).raw.includes("http://127.0.0.1/crl")).toBe(true);
});

test("what was issued is had in every form, with its revocation, and goes by tidying", async () => {
  await using vault = await start();
  await vault.must("POST", "pki/roles/r", {
    body: { allow_any_name: true, key_type: "ec", ttl: "1h" },
  });
  const { data } = (await vault.must("POST", "pki/issue/r", { body: { common_name: "x.test" } }))
    .body;
  const { certificate, serial_number: serial, issuing_ca } = data;
  const der = new X509Certificate(certificate).raw;
  const get = (path: string): Promise<Reply> =>
    vault.request("GET", `pki/${path}`, { token: undefined });
  expect((await get(`cert/${serial}`)).body.data).toEqual({
    certificate,
    revocation_time: 0,
    revocation_time_rfc3339: "",
  });
  const dashed = serial.replaceAll(":", "-");
  expect((await get(`cert/${dashed}/raw/pem`)).text).toBe(certificate);
  const raw = await fetch(`${vault.url}/v1/pki/cert/${dashed}/raw`);
  expect(Buffer.from(await raw.arrayBuffer()).equals(der)).toBe(true);
  for (const path of ["cert/ca", "cert/ca_chain"])
    expect((await get(path)).body.data.certificate.trim()).toBe(issuing_ca);
  expect((await get("ca_chain")).text.trim()).toBe(issuing_ca);
  expect((await get("issuer/a/json")).body.data).toMatchObject({
    certificate: issuing_ca,
    issuer_name: "a",
  });
  expect((await get("issuer/a/pem")).text.trim()).toBe(issuing_ca);
  expect((await get("issuer/a/der")).headers.get("content-type")).toBe("application/pkix-cert");
  const { crl } = (await get("issuer/a/crl")).body.data;
  expect((await get("issuer/a/crl/pem")).text).toBe(crl);
  expect((await get("cert/crl")).body.data.certificate).toBe(crl);
  expect((await get("issuer/a/crl/der")).headers.get("content-type")).toBe("application/pkix-crl");
  await refuses(
    get("issuer/none/crl/pem"),
    500,
    listed("unable to find PKI issuer for reference: none"),
  );

  const revoke = (body: object): Promise<Reply> => vault.request("POST", "pki/revoke", { body });
  const { revocation_time } = (await revoke({ serial_number: serial })).body.data;
  expect((await revoke({ serial_number: serial })).body.data).toMatchObject({
    revocation_time,
    state: "revoked",
  });
  await refuses(revoke({}), 400, "The serial number or certificate to revoke must be provided.");
  await refuses(
    revoke({ serial_number: "00:01" }),
    400,
    "certificate with serial 00:01 not found.",
  );
  await refuses(revoke({ certificate: "junk" }), 400, "certificate contains no data");
  expect((await get(`cert/${serial}`)).body.data.revocation_time).toBe(revocation_time);
  expect((await get("crl/pem")).text).not.toBe(crl);

  const tidy = async (body: object): Promise<string> =>
    (await vault.must("POST", "pki/tidy", { body })).body.warnings[0];
  expect(await tidy({})).toContain("no tidy operations were set");
  await refuses(
    vault.request("POST", "pki/tidy", { body: { safety_buffer: 0 } }),
    400,
    "safety_buffer must be greater than zero",
  );
  vault.advance(3700);
  expect(await tidy({ tidy_cert_store: true, safety_buffer: "1s" })).toContain(
    "successfully started",
  );
  expect((await vault.must("LIST", "pki/certs/revoked")).body.data.keys).toEqual([serial]);
  await tidy({ tidy_revoked_certs: true, safety_buffer: "1s" });
  expect((await vault.request("LIST", "pki/certs/revoked")).status).toBe(404);
  expect((await get(`cert/${serial}`)).status).toBe(404);
});

test("the list of what was revoked is made as its settings say, and anew when that is asked for", async () => {
  await using vault = await start();
  expect(
    (await vault.must("POST", "pki/config/crl", { body: { expiry: "24h" } })).body.data.expiry,
  ).toBe("24h");
  expect((await vault.must("GET", "pki/config/crl")).body.data.expiry).toBe("24h");
  expect((await vault.must("GET", "pki/crl/rotate")).body.data).toEqual({ success: true });
  expect((await vault.must("GET", "pki/crl/rotate-delta")).body.warnings[0]).toContain("no-op");
});
