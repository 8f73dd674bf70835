import { execFile } from "node:child_process";
import { generateKeyPairSync, X509Certificate } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";
import { TestVault, type Reply } from "../../../test/test-vault.ts";
import { noNames } from "./alternative-names.ts";
import { toPem } from "./certificate.ts";
import { buildRequest } from "./certificate-request.ts";

const run = promisify(execFile);

interface Pki extends AsyncDisposable {
  readonly vault: TestVault;
  readonly root: string;
}

/** A root at pki/ and an intermediate at pki_int/, as the platform makes them. */
async function start(keyType = "ec"): Promise<Pki> {
  const vault = await TestVault.start();
  await vault.must("POST", "sys/mounts/pki", {
    body: { type: "pki", config: { max_lease_ttl: "87600h" } },
  });
  await vault.must("POST", "sys/mounts/pki_int", {
    body: { type: "pki", config: { max_lease_ttl: "43800h" } },
  });
  const root = await vault.must("POST", "pki/root/generate/internal", {
    body: {
      common_name: "Test Root CA",
      ttl: "87600h",
      key_type: keyType,
      max_path_length: 1,
      organization: "Tést",
    },
  });
  const { csr } = (
    await vault.must("POST", "pki_int/intermediate/generate/internal", {
      body: { common_name: "Test Intermediate CA", key_type: keyType },
    })
  ).body.data;
  const signed = await vault.must("POST", "pki/root/sign-intermediate", {
    body: {
      csr,
      common_name: "Test Intermediate CA",
      ttl: "43800h",
      max_path_length: 0,
      format: "pem_bundle",
    },
  });
  await vault.must("POST", "pki_int/intermediate/set-signed", {
    body: { certificate: signed.body.data.certificate },
  });
  return {
    vault,
    root: root.body.data.certificate,
    [Symbol.asyncDispose]: () => vault[Symbol.asyncDispose](),
  };
}

async function role(vault: TestVault, body: object): Promise<void> {
  await vault.must("POST", "pki_int/roles/r", { body: { key_type: "ec", ...body } });
}

function issue(vault: TestVault, body: object): Promise<Reply> {
  return vault.request("POST", "pki_int/issue/r", { body });
}

/** What openssl says of a certificate against the root, by the strict rules of RFC 5280. */
async function verify(
  { vault, root }: Pki,
  leaf: string,
  ...options: readonly string[]
): Promise<string> {
  const file = (name: string, text: string): string => {
    writeFileSync(join(vault.folder, name), text);
    return join(vault.folder, name);
  };
  const intermediate = (await vault.request("GET", "pki_int/ca/pem")).text;
  const { stdout } = await run("openssl", [
    "verify",
    "-x509_strict",
    "-CAfile",
    file("root.pem", root),
    "-untrusted",
    file("int.pem", intermediate),
    ...options,
    file("leaf.pem", leaf),
  ]);
  return stdout.trim();
}

describe("a chain", () => {
  test.each(["ec", "rsa", "ed25519"])(
    "of %s keys passes openssl's strict checks",
    async (keyType) => {
      await using pki = await start(keyType);
      await role(pki.vault, { allow_any_name: true, key_type: keyType });
      const { data } = (
        await issue(pki.vault, {
          common_name: "web.example.com",
          ip_sans: "127.0.0.1,::1,2001:db8::1:2",
        })
      ).body;
      expect(data.private_key_type).toBe(keyType);
      for (const options of [
        ["-purpose", "sslserver"],
        ["-verify_ip", "2001:db8::1:2"],
        ["-verify_hostname", "web.example.com"],
      ]) {
        expect(await verify(pki, data.certificate, ...options)).toContain("OK");
      }
    },
  );

  test("is told whole, from the issuer up to the root", async () => {
    await using pki = await start();
    await role(pki.vault, { allow_any_name: true });
    const { data } = (await issue(pki.vault, { common_name: "a.b" })).body;
    expect(data.ca_chain).toEqual([data.issuing_ca, pki.root]);
    const short = (await issue(pki.vault, { common_name: "a.b", remove_roots_from_chain: true }))
      .body.data;
    expect(short.ca_chain).toEqual([data.issuing_ca]);
  });

  test("ends where the path length says", async () => {
    await using pki = await start();
    const { csr } = (
      await pki.vault.must("POST", "pki/intermediate/generate/internal", {
        body: { common_name: "x", key_type: "ec" },
      })
    ).body.data;
    const reply = await pki.vault.request("POST", "pki_int/root/sign-intermediate", {
      body: { csr, common_name: "x" },
    });
    expect(reply.body.errors[0]).toContain("max path length of zero");
  });
});

describe("what a role lets be issued", () => {
  const domains = { allowed_domains: ["postgres", "postgres.dev-services.local"] };
  test.each<[string, object, string, boolean]>([
    ["nothing by itself", {}, "a.b", false],
    ["localhost by itself", {}, "localhost", true],
    ["no localhost when told", { allow_localhost: false }, "localhost", false],
    ["no bare domain by itself", domains, "postgres", false],
    ["a bare domain", { ...domains, allow_bare_domains: true }, "postgres", true],
    ["a bare domain in capitals", { ...domains, allow_bare_domains: true }, "POSTGRES", true],
    ["no subdomain with bare ones", { ...domains, allow_bare_domains: true }, "a.postgres", false],
    ["a subdomain", { ...domains, allow_subdomains: true }, "a.b.postgres", true],
    ["no bare domain with subdomains", { ...domains, allow_subdomains: true }, "postgres", false],
    ["nothing that only ends alike", { ...domains, allow_subdomains: true }, "evilpostgres", false],
    ["a wildcard below a domain", { ...domains, allow_subdomains: true }, "*.postgres", true],
    [
      "no wildcard when told",
      { ...domains, allow_subdomains: true, allow_wildcard_certificates: false },
      "*.postgres",
      false,
    ],
    ["no two wildcards", { ...domains, allow_subdomains: true }, "*.*.postgres", false],
    [
      "a glob",
      { allowed_domains: "web-*.example.com", allow_glob_domains: true },
      "web-1.example.com",
      true,
    ],
    ["no glob by itself", { allowed_domains: "web-*.example.com" }, "web-1.example.com", false],
    ["any host name", { allow_any_name: true }, "anything.at.all", true],
    ["no name that is no host's", { allow_any_name: true }, "not a host", false],
    [
      "such a name when told",
      { allow_any_name: true, enforce_hostnames: false },
      "not a host",
      true,
    ],
  ])("%s", async (_, settings, name, allowed) => {
    await using pki = await start();
    await role(pki.vault, settings);
    const reply = await issue(pki.vault, { common_name: name });
    if (allowed) expect(reply.status).toBe(200);
    else
      expect([reply.status, reply.body.errors]).toEqual([
        400,
        [`common name ${name} not allowed by this role`],
      ]);
  });

  test("alternative names are held to the same", async () => {
    await using pki = await start();
    await role(pki.vault, { ...domains, allow_bare_domains: true, allow_ip_sans: false });
    const dns = await issue(pki.vault, { common_name: "postgres", alt_names: "evil.com" });
    expect(dns.body.errors).toEqual(["subject alternate name evil.com not allowed by this role"]);
    expect((await issue(pki.vault, { common_name: "postgres", ip_sans: "127.0.0.1" })).status).toBe(
      400,
    );
    expect(
      (await issue(pki.vault, { common_name: "postgres", uri_sans: "spiffe://x" })).status,
    ).toBe(400);
    expect((await issue(pki.vault, {})).body.errors[0]).toContain("common_name field is required");
    await role(pki.vault, {
      ...domains,
      allow_bare_domains: true,
      allowed_uri_sans: "spiffe://x/*",
    });
    const uri = await issue(pki.vault, { common_name: "postgres", uri_sans: "spiffe://x/y" });
    expect(new X509Certificate(uri.body.data.certificate).subjectAltName).toBe(
      "DNS:postgres, URI:spiffe://x/y",
    );
    expect((await issue(pki.vault, { common_name: "postgres", ip_sans: "1.2.3.256" })).status).toBe(
      400,
    );
  });
});

describe("a certificate", () => {
  test("starts 30 s back and lasts as long as asked, at most as the role says", async () => {
    await using pki = await start();
    await role(pki.vault, { allow_any_name: true, max_ttl: "8760h" });
    const before = Date.now();
    const { body } = await issue(pki.vault, { common_name: "a.b", ttl: "1h" });
    const certificate = new X509Certificate(body.data.certificate);
    const start30 = before - Date.parse(certificate.validFrom);
    expect(start30).toBeGreaterThanOrEqual(29_000);
    expect(start30).toBeLessThan(33_000);
    expect(Math.abs(body.data.expiration * 1000 - before - 3_600_000)).toBeLessThan(3000);
    const long = (await issue(pki.vault, { common_name: "a.b", ttl: "9000h" })).body;
    expect(long.warnings).toEqual([
      'TTL "9000h0m0s" is longer than permitted maxTTL "8760h0m0s", so maxTTL is being used',
    ]);
    expect(Math.abs(long.data.expiration * 1000 - before - 8760 * 3_600_000)).toBeLessThan(3000);
  });

  test("does not outlive its issuer", async () => {
    await using pki = await start();
    await role(pki.vault, { allow_any_name: true });
    pki.vault.advance(43_700 * 3600);
    const reply = await issue(pki.vault, { common_name: "a.b", ttl: "720h" });
    expect(reply.body.errors[0]).toContain("beyond the expiration of the CA certificate");
  });

  test("says what its key is for", async () => {
    await using pki = await start();
    await role(pki.vault, {
      allow_any_name: true,
      client_flag: false,
      key_usage: ["DigitalSignature"],
      ou: "Data",
      organization: ["A", "B"],
    });
    const { certificate } = (await issue(pki.vault, { common_name: "a.b" })).body.data;
    const parsed = new X509Certificate(certificate);
    expect(parsed.keyUsage).toEqual(["1.3.6.1.5.5.7.3.1"]);
    expect(parsed.subject.split("\n").toSorted()).toEqual(["CN=a.b", "O=A + O=B", "OU=Data"]);
    expect(parsed.ca).toBe(false);
    const { stdout } = await run("sh", [
      "-c",
      `printf '%s' "$0" | openssl x509 -noout -ext keyUsage`,
      certificate,
    ]);
    expect(stdout).toContain("Digital Signature\n");
  });

  test("comes in other forms", async () => {
    await using pki = await start();
    await role(pki.vault, { allow_any_name: true });
    const bundle = (
      await issue(pki.vault, {
        common_name: "a.b",
        format: "pem_bundle",
        private_key_format: "pkcs8",
      })
    ).body.data;
    expect(bundle.certificate.match(/-----BEGIN [A-Z ]+-----/g)).toEqual([
      "-----BEGIN PRIVATE KEY-----",
      ...Array.from({ length: 3 }, () => "-----BEGIN CERTIFICATE-----"),
    ]);
    const der = (await issue(pki.vault, { common_name: "a.b", format: "der" })).body.data;
    expect(new X509Certificate(Buffer.from(der.certificate, "base64")).subject).toBe("CN=a.b");
  });

  test("is signed for a key that lies elsewhere", async () => {
    await using pki = await start();
    await role(pki.vault, { allowed_domains: ["web"], allow_bare_domains: true, key_type: "rsa" });
    const csr = async (subject: string, ...key: readonly string[]): Promise<string> => {
      const args = [
        "req",
        "-new",
        "-nodes",
        "-keyout",
        join(pki.vault.folder, "k"),
        "-subj",
        subject,
        "-addext",
        "subjectAltName=DNS:localhost",
      ];
      return (await run("openssl", [...args, ...key])).stdout;
    };
    const sign = async (text: string): Promise<Reply> =>
      pki.vault.request("POST", "pki_int/sign/r", { body: { csr: text } });
    const good = await sign(await csr("/CN=web", "-newkey", "rsa:2048"));
    expect(await verify(pki, good.body.data.certificate)).toContain("OK");
    expect(new X509Certificate(good.body.data.certificate).subjectAltName).toBe(
      "DNS:web, DNS:localhost",
    );
    expect(good.body.data).not.toHaveProperty("private_key");
    expect((await sign(await csr("/CN=evil", "-newkey", "rsa:2048"))).body.errors[0]).toContain(
      "not allowed",
    );
    expect((await sign(await csr("/CN=web", "-newkey", "ed25519"))).body.errors).toEqual([
      "role requires keys of type rsa",
    ]);
    expect((await sign("junk")).body.errors).toEqual(["csr contains no data"]);
    const forged = (await csr("/CN=web", "-newkey", "rsa:2048")).split("\n");
    forged[3] = (forged[3] ?? "").replace(/^../, "zz");
    expect((await sign(forged.join("\n"))).status).toBe(400);
  });
});

describe("revocation", () => {
  test("puts a certificate on the list, once", async () => {
    await using pki = await start();
    const { vault } = pki;
    await role(vault, { allow_any_name: true });
    const { data } = (await issue(vault, { common_name: "a.b" })).body;
    const body = { serial_number: data.serial_number };
    const first = await vault.must("POST", "pki_int/revoke", { body });
    vault.advance(20);
    expect((await vault.must("POST", "pki_int/revoke", { body })).body.data).toEqual(
      first.body.data,
    );
    const read = await vault.must("GET", `pki_int/cert/${data.serial_number}`, {
      token: undefined,
    });
    expect(read.body.data).toMatchObject({
      certificate: data.certificate,
      revocation_time: first.body.data.revocation_time,
    });
    writeFileSync(
      join(vault.folder, "crl.pem"),
      (await vault.request("GET", "pki_int/crl/pem")).text,
    );
    const revoked = verify(
      pki,
      data.certificate,
      "-crl_check",
      "-CRLfile",
      join(vault.folder, "crl.pem"),
    );
    await expect(revoked).rejects.toMatchObject({
      stderr: expect.stringContaining("certificate revoked"),
    });
    const other = (await issue(vault, { common_name: "c.d" })).body.data;
    expect(
      await verify(pki, other.certificate, "-crl_check", "-CRLfile", join(vault.folder, "crl.pem")),
    ).toContain("OK");
    expect(
      (await vault.request("POST", "pki_int/revoke", { body: { serial_number: "aa:bb" } })).status,
    ).toBe(400);
  });
});

describe("what all may read", () => {
  test.each([
    ["ca", "application/pkix-cert"],
    ["ca/pem", "application/pem-certificate-chain"],
    ["ca_chain", "application/pkix-cert"],
    ["crl", "application/pkix-crl"],
    ["crl/pem", "application/x-pem-file"],
  ])("%s has a content type of its own, and is 204 before there is a CA", async (path, type) => {
    await using pki = await start();
    await pki.vault.must("POST", "sys/mounts/empty", { body: { type: "pki" } });
    const reply = await pki.vault.request("GET", `pki_int/${path}`, { token: undefined });
    expect([reply.status, reply.headers.get("content-type")]).toEqual([200, type]);
    expect((await pki.vault.request("GET", `empty/${path}`, { token: undefined })).status).toBe(
      204,
    );
  });

  test("issuing needs a token", async () => {
    await using pki = await start();
    await role(pki.vault, { allow_any_name: true });
    const reply = await pki.vault.request("POST", "pki_int/issue/r", {
      token: undefined,
      body: { common_name: "a.b" },
    });
    expect(reply.status).toBe(403);
  });

  test("certificates are listed and found by any form of their number", async () => {
    await using pki = await start();
    await role(pki.vault, { allow_any_name: true });
    const { serial_number } = (await issue(pki.vault, { common_name: "a.b" })).body.data;
    expect((await pki.vault.must("LIST", "pki_int/certs")).body.data.keys).toContain(serial_number);
    const dashed = serial_number.replaceAll(":", "-").toUpperCase();
    expect((await pki.vault.request("GET", `pki_int/cert/${dashed}`)).status).toBe(200);
    await role(pki.vault, { allow_any_name: true, no_store: true });
    const unstored = (await issue(pki.vault, { common_name: "a.b" })).body.data.serial_number;
    expect((await pki.vault.request("GET", `pki_int/cert/${unstored}`)).status).toBe(404);
  });
});

describe("what is refused, since it would be wrong or do nothing", () => {
  test.each([
    [{ common_name: "X", issuer_name: "taken" }, "issuer name already in use"],
    [
      { common_name: "X", issuer_name: "default" },
      "reserved keyword 'default' can not be used as issuer name",
    ],
    [{ common_name: "X", key_name: "no good" }, "key name contained invalid characters"],
    [{ common_name: "X", ip_sans: "1.2.3.256" }, 'the value "1.2.3.256" is not a valid IP address'],
    [
      { common_name: "X", permitted_dns_domains: "a.b" },
      "permitted_dns_domains is not supported by this server",
    ],
    [
      { common_name: "X", format: "txt" },
      'the "format" path parameter must be "pem", "der", or "pem_bundle"',
    ],
    [
      { common_name: "X", not_after: "2001-01-01T00:00:00Z" },
      "is later than the certificate's Not After",
    ],
  ])("a root by %j", async (body, why) => {
    await using vault = await TestVault.start();
    await vault.must("POST", "sys/mounts/ca", { body: { type: "pki" } });
    await vault.must("POST", "ca/root/generate/internal", {
      body: { common_name: "First", key_type: "ec", issuer_name: "taken" },
    });
    const reply = await vault.request("POST", "ca/root/generate/internal", {
      body: { key_type: "ec", ...body },
    });
    expect(reply.status).toBe(400);
    expect(reply.body.errors[0]).toContain(why);
    expect((await vault.must("LIST", "ca/issuers")).body.data.keys).toHaveLength(1);
    expect((await vault.must("LIST", "ca/keys")).body.data.keys).toHaveLength(1);
  });

  /** Characters of which the low byte is "@" and NUL: written as they are, they would be others in the certificate. */
  test.each([
    { common_name: "me\u0140bank.test\u0100@example.com" },
    { common_name: "example.com", alt_names: "me\u0140bank.test\u0100@example.com" },
    { common_name: "example.com", uri_sans: "spiffe://a/\u012f\u012e" },
    { common_name: "example.com", alt_names: "bank.test\u0100.example.com" },
  ])("names that a certificate can't carry as they are: %j", async (body) => {
    await using pki = await start();
    await role(pki.vault, {
      allowed_domains: "example.com",
      allow_bare_domains: true,
      allow_subdomains: true,
      enforce_hostnames: false,
      allowed_uri_sans: "spiffe://a/*",
    });
    const reply = await issue(pki.vault, body);
    expect(reply.status).toBe(400);
    expect(reply.body.errors[0]).toContain("cannot be encoded as an IA5String");
    expect(reply.body.data).toBeUndefined();
  });

  test.each([
    [{ common_name: "me@example.com" }, "common name me@example.com not allowed"],
    [{ common_name: "A.EXAMPLE.COM" }, "not allowed by this role"],
    [{ common_name: "a_b.example.com" }, "not allowed by this role"],
    [
      { common_name: "a.example.com", serial_number: "1" },
      "serial_number 1 not allowed by this role",
    ],
    [{ common_name: "a.example.com", user_ids: "u" }, "user_id u is not allowed by this role"],
    [{ common_name: "a.example.com", alt_names: ["b.example.com"] }, "expected type 'string'"],
  ])("a certificate by %j", async (body, why) => {
    await using pki = await start();
    await role(pki.vault, { allowed_domains: "example.com", allow_subdomains: true });
    const reply = await issue(pki.vault, body);
    expect([reply.status, reply.body.errors[0].includes(why)]).toEqual([400, true]);
  });

  test.each([
    [{ allowed_other_sans: "*" }, "allowed_other_sans is not supported"],
    [{ generate_lease: true }, "generate_lease is not supported"],
    [{ signature_bits: 512 }, "signature_bits is not supported"],
    [{ ext_key_usage_oids: "1.2.x" }, "could not be parsed as a valid oid"],
  ])("a role by %j", async (body, why) => {
    await using pki = await start();
    const reply = await pki.vault.request("POST", "pki_int/roles/r", {
      body: { key_type: "ec", ...body },
    });
    expect([reply.status, reply.body.errors[0].includes(why)]).toEqual([400, true]);
  });

  test("a CA below with a key that is too weak", async () => {
    await using pki = await start();
    const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 1024 });
    const request = buildRequest({ common_name: ["Weak"] }, noNames, privateKey);
    const reply = await pki.vault.request("POST", "pki/root/sign-intermediate", {
      body: { csr: toPem("CERTIFICATE REQUEST", request), common_name: "Weak" },
    });
    expect(reply.body.errors).toEqual(["RSA keys < 2048 bits are unsafe and not supported"]);
  });
});

describe("lists of revoked certificates", () => {
  test("last as long as they are told to, can be emptied, and are made anew on demand", async () => {
    await using pki = await start();
    await role(pki.vault, { allow_any_name: true });
    const { serial_number } = (await issue(pki.vault, { common_name: "a.b" })).body.data;
    await pki.vault.must("POST", "pki_int/revoke", { body: { serial_number } });
    const shown = async (): Promise<string> => {
      const { text } = await pki.vault.must("GET", "pki_int/issuer/default/crl/pem", {
        token: undefined,
      });
      writeFileSync(join(pki.vault.folder, "crl.pem"), text);
      const { stdout } = await run("openssl", [
        "crl",
        "-in",
        join(pki.vault.folder, "crl.pem"),
        "-noout",
        "-text",
      ]);
      return stdout;
    };
    const hex = serial_number.replaceAll(":", "").toUpperCase();
    expect(await shown()).toContain(hex);
    await pki.vault.must("POST", "pki_int/config/crl", { body: { expiry: "24h", disable: true } });
    const empty = await shown();
    expect(empty).not.toContain(hex);
    const [from = "", until = ""] = [/Last Update: (.*)/, /Next Update: (.*)/].map(
      (line) => line.exec(empty)?.[1],
    );
    expect(Date.parse(until) - Date.parse(from)).toBe(24 * 3_600_000);
    await pki.vault.must("POST", "pki_int/config/crl", { body: { disable: false } });
    expect(await shown()).toContain(hex);
    expect((await pki.vault.must("GET", "pki_int/crl/rotate")).body.data).toEqual({
      success: true,
    });
    for (const body of [
      { expiry: "junk" },
      { expiry: "-1h" },
      { enable_delta: true },
      { auto_rebuild: true },
    ])
      expect((await pki.vault.request("POST", "pki_int/config/crl", { body })).status).toBe(400);
  });

  test("take who has a certificate's key, and nobody with another", async () => {
    await using pki = await start();
    await role(pki.vault, { allow_any_name: true });
    const mine = (await issue(pki.vault, { common_name: "a.b" })).body.data;
    const other = (await issue(pki.vault, { common_name: "c.d" })).body.data;
    const revoke = (serial_number: string, private_key: string): Promise<Reply> =>
      pki.vault.request("POST", "pki_int/revoke-with-key", {
        body: { serial_number, private_key },
      });
    expect((await revoke(other.serial_number, mine.private_key)).status).toBe(400);
    expect((await revoke(mine.serial_number, "junk")).status).toBe(400);
    expect((await revoke(mine.serial_number, mine.private_key)).body.data.state).toBe("revoked");
    expect((await pki.vault.must("LIST", "pki_int/certs/revoked")).body.data.keys).toEqual([
      mine.serial_number,
    ]);
  });

  test("forget what ran out, when told to tidy", async () => {
    await using pki = await start();
    await role(pki.vault, { allow_any_name: true });
    await issue(pki.vault, { common_name: "short.lived", ttl: "1h" });
    const long = (await issue(pki.vault, { common_name: "long.lived", ttl: "100h" })).body.data;
    pki.vault.advance(7200);
    expect(
      (await pki.vault.request("POST", "pki_int/tidy", { body: { safety_buffer: "0s" } })).status,
    ).toBe(400);
    const tidied = await pki.vault.request("POST", "pki_int/tidy", {
      body: { tidy_cert_store: true, safety_buffer: "1m" },
    });
    expect(tidied.status).toBe(202);
    expect((await pki.vault.must("LIST", "pki_int/certs")).body.data.keys).toEqual([
      long.serial_number,
    ]);
  });
});

test("a request is signed as it is where one may choose any name", async () => {
  await using pki = await start();
  const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const names = { ...noNames, dns: ["any.name"], ip: ["10.0.0.1"] };
  const csr = toPem(
    "CERTIFICATE REQUEST",
    buildRequest({ common_name: ["any.name"] }, names, privateKey),
  );
  const { data } = (await pki.vault.must("POST", "pki_int/sign-verbatim", { body: { csr } })).body;
  expect(new X509Certificate(data.certificate).subjectAltName).toBe(
    "DNS:any.name, IP Address:10.0.0.1",
  );
  expect(await verify(pki, data.certificate)).toContain("OK");
});
