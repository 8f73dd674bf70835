import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { Secret } from "../src/shared/secret.ts";
import { eventually } from "../src/shared/eventually.ts";
import { freePort } from "../src/supervisor/fixtures/free-port.ts";
import { VaultClient } from "../src/vault/vault-client.ts";
import { launcher } from "./command-line.ts";
import { makeProject, type Project } from "./project.ts";

// Our own server, started alone in a folder of its own, as the vault that somebody else runs; over TLS, with a limited token.
const policyFile = path.resolve(
  import.meta.dirname,
  "../../../docs/guides/external-vault/policy.hcl",
);
let folder: string;
let server: ReturnType<typeof spawn>;
let log = "";
let root: VaultClient;
let keys: readonly string[];
let project: Project;
const cleanUp = new AsyncDisposableStack();
afterAll(async () => cleanUp.disposeAsync());

beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), "external-vault-"));
  cleanUp.defer(async () => rm(folder, { recursive: true }));
  const [http, https] = [await freePort(), await freePort()];
  const configuration = (tls: string): string => `
    storage "file" { path = "data" }
    listener "tcp" { address = "127.0.0.1:${http}" tls_disable = true }
    ${tls}`;
  await writeFile(path.join(folder, "vault.hcl"), configuration(""));
  server = spawn(launcher, ["vault", "server", "-config=vault.hcl"], {
    cwd: folder,
    stdio: ["ignore", "inherit", "pipe"],
  });
  cleanUp.defer(async () => {
    if (server.exitCode !== null) return;
    const ended = once(server, "exit");
    server.kill("SIGTERM");
    await ended;
  });
  server.stderr?.setEncoding("utf8").on("data", (text: string) => (log += text));
  await eventually(async () => expect(log).toContain("listening on"), { deadlineMs: 30_000 });

  const plain = new VaultClient({ address: `http://127.0.0.1:${http}`, isOurs: false });
  const made = await plain.write("sys/init", { secret_shares: 1, secret_threshold: 1 });
  keys = made["keys"] as string[];
  await plain.write("sys/unseal", { key: keys[0] });
  root = plain.withToken(new Secret(made["root_token"] as string));
  const ca = await giveCertificate(root);
  const tls = `listener "tcp" {
    address       = "127.0.0.1:${https}"
    tls_cert_file = "cert.pem"
    tls_key_file  = "key.pem"
  }`;
  await writeFile(path.join(folder, "vault.hcl"), configuration(tls));
  server.kill("SIGHUP");
  await eventually(async () => expect(log).toContain(`https://127.0.0.1:${https}`), {
    deadlineMs: 10_000,
  });

  await root.write("sys/policies/acl/devstack", { policy: await readFile(policyFile, "utf8") });
  const { auth } = await root.write("auth/token/create-orphan", {
    policies: ["devstack"],
    period: "768h",
  });
  project = await makeProject({
    vault: {
      external: { url: `https://127.0.0.1:${https}`, tokenFile: "vault-token", caFile: "ca.pem" },
    },
  });
  cleanUp.use(project);
  await writeFile(path.join(project.folder, "vault-token"), `${auth?.client_token}\n`, {
    mode: 0o600,
  });
  await writeFile(path.join(project.folder, "ca.pem"), ca);
});

/** From an authority of the vault's own, beside those that the stack makes; gives the authority's certificate. */
async function giveCertificate(client: VaultClient): Promise<string> {
  await client.write("sys/mounts/house", { type: "pki" });
  const house = { common_name: "house", ttl: "24h", key_type: "ec", key_bits: 256 };
  const { data: authority } = await client.write("house/root/generate/internal", house);
  await client.write("house/roles/vault", { allow_any_name: true, key_type: "ec", key_bits: 256 });
  const names = { common_name: "vault.house", ip_sans: "127.0.0.1", ttl: "1h" };
  const { data: leaf } = await client.write("house/issue/vault", names);
  await writeFile(path.join(folder, "cert.pem"), String(leaf?.["certificate"]));
  await writeFile(path.join(folder, "key.pem"), String(leaf?.["private_key"]), { mode: 0o600 });
  return String(authority?.["certificate"]);
}

interface TestReport {
  readonly checks: readonly { readonly id: string; readonly verdict: string }[];
}

it("passes the same suites, and starts no vault of its own", async () => {
  const suites = ["vault", "approle-auth", "approle-security", "postgres"];
  const { exit, stdout, stderr } = await project.run("test", ...suites, "--json");
  expect(exit, stdout + stderr).toBe(0);
  const { checks } = JSON.parse(stdout) as TestReport;
  const those = (wanted: string): readonly string[] =>
    checks.filter(({ verdict }) => verdict === wanted).map(({ id }) => id);
  // What only a vault of the stack's own has: its process and its keys.
  expect(those("skipped").filter((id) => id.startsWith("vault."))).toEqual([
    "vault.02",
    "vault.03",
  ]);
  expect(those("passed").length).toBe(checks.length - those("skipped").length);
  expect(those("passed").length).toBeGreaterThan(40);
});

const refusal = async (...args: readonly string[]): Promise<string> => {
  const { exit, stderr } = await project.run(...args);
  expect(exit, args.join(" ")).toBeGreaterThan(0);
  return stderr;
};

it("is refused a token that others can read, or that the vault does not take", async () => {
  const file = path.join(project.folder, "vault-token");
  const good = await readFile(file, "utf8");
  await chmod(file, 0o644);
  expect(await refusal("up", "vault")).toContain(`chmod 600 '${file}'`);
  await chmod(file, 0o600);
  await writeFile(file, "hvs.nobodys");
  expect(await refusal("up", "vault")).toContain("DS_VAULT_TOKEN_REFUSED");
  expect((await project.run("doctor")).stdout).toContain("does not take the token");
  await writeFile(file, good);
});

it("has commands that leave to others what is theirs", async () => {
  expect((await project.run("up", "vault")).exit).toBe(0);
  const { instances } = JSON.parse((await project.run("status", "--json")).stdout) as {
    readonly instances: readonly { readonly instance: string; readonly engine?: string }[];
  };
  const vault = instances.find(({ instance }) => instance === "vault");
  expect(vault).toMatchObject({
    state: "ready",
    ports: [],
    engine: expect.stringMatching(/^https:/),
  });
  expect(vault).not.toHaveProperty("pid");
  const settings = (await project.run("env", "vault")).stdout;
  expect(settings).toContain(`VAULT_ADDR=${vault?.engine}\n`);
  expect(settings).toContain(`VAULT_CACERT=${path.join(project.folder, "ca.pem")}\n`);
  expect((await project.run("health", "vault")).exit).toBe(0);
  expect((await project.run("doctor")).exit).toBe(0);
  expect((await project.run("vault", "bootstrap")).exit).toBe(0);
  expect((await project.run("vault", "unseal")).stdout).toContain("was open");
  expect((await project.run("vault", "init")).stdout).toContain("was initialised before");
  expect(await refusal("vault", "seal")).toContain("DS_VAULT_NOT_OURS");
});

it("says what is wrong when the vault is sealed or gone", async () => {
  await root.write("sys/seal");
  expect((await project.run("vault", "status")).exit).toBe(1);
  for (const args of [
    ["vault", "unseal"],
    ["vault", "bootstrap"],
    ["restart", "vault"],
  ])
    expect(await refusal(...args)).toContain("is sealed");
  expect((await project.run("doctor")).stdout).toContain("DS_DOCTOR_VAULT_UNUSABLE");
  await root.write("sys/unseal", { key: keys[0] });
  expect((await project.run("restart", "vault")).exit).toBe(0);

  const ended = once(server, "exit");
  server.kill("SIGTERM");
  expect(await ended).toEqual([0, null]);
  const stderr = await refusal("vault", "status");
  expect(stderr).toContain("DS_VAULT_UNREACHABLE");
  expect(stderr).toContain("vault.external.url");
});
