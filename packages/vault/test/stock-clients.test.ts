import { execFileSync, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { copyFileSync, cpSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { basename, join } from "node:path";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { installClient, type InstallCommand, installTestMs } from "./install-client.ts";
import { TestVault } from "./test-vault.ts";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "vault-clients-"));
  writeFileSync(join(folder, "package.json"), "{}"); // npm installs here, and nowhere above
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

const configFolder = process.env["XDG_CONFIG_HOME"] ?? join(homedir(), ".config");
const npmFlags = [
  "--ignore-scripts",
  "--loglevel=error",
  "--logs-max=0",
  "--no-audit",
  "--no-fund",
];

/** The session's program with what it has to know on stdin, so that no token is in its arguments. */
async function session(
  vault: TestVault,
  program: string,
  file?: string,
): Promise<Record<string, unknown>> {
  const copies = file === undefined ? [] : [join(folder, file)];
  for (const copy of copies)
    copyFileSync(join(import.meta.dirname, "clients", basename(copy)), copy);
  const child = spawn(program, copies, { stdio: ["pipe", "pipe", "pipe"] });
  child.stdin.end(JSON.stringify({ address: vault.url, token: vault.rootToken }));
  const [said, complained] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, "close"),
  ]);
  if (said === "") throw new Error(complained);
  return JSON.parse(said) as Record<string, unknown>;
}

describe("a client that is missing", () => {
  const shell = (script: string): InstallCommand => ["sh", "-c", script];

  test.each([
    ["there is no such thing", ["no-such-program"] as const, "there is no no-such-program"],
    [
      "its registry is out of reach",
      shell("echo 'npm error code EAI_AGAIN' >&2; exit 1"),
      "sh failed: its registry can't be reached",
    ],
  ])("is skipped where %s", (_, command, why) => {
    expect(installClient(folder, [shell("true"), command])).toBe(why);
  });

  test("fails where it does not compile, or takes for ever", () => {
    const broken = shell("echo 'undefined: client.Sys' >&2; exit 1");
    expect(() => installClient(folder, [broken])).toThrow("client.Sys");
    const slow = ["sleep", "60"] as const;
    expect(() => installClient(folder, [slow], { limitMs: 50 })).toThrow("ETIMEDOUT");
  });
});

test("hvac works as with any Vault", { timeout: installTestMs }, async (context) => {
  const python = join(folder, "venv", "bin", "python");
  const why = installClient(folder, [
    ["python3", "-m", "venv", "venv"],
    [
      python,
      "-m",
      "pip",
      "install",
      "--quiet",
      "--no-cache-dir",
      "--disable-pip-version-check",
      "hvac==2.4.0",
    ],
  ]);
  if (why !== undefined) {
    console.log(`hvac: skipped, since ${why}`);
    context.skip(why);
  }
  await using vault = await TestVault.start();
  expect(await session(vault, python, "hvac-session.py")).toEqual({
    initialized: true,
    sealed: false,
    authenticated: true,
    patched: { a: "1", b: "2" },
    cas: ["check-and-set parameter did not match the current version"],
    deleted: true,
    listed: ["app"],
    versions: ["1", "2"],
    plain: { x: "y" },
    policies: ["default", "reader", "root"],
    "read as job": { a: "1", b: "2" },
    forbidden: true,
    renewed: 600,
    revoked: true,
    certificate: true,
    crl: true,
    capabilities: ["root"],
    accessors: true,
    "sealed at last": true,
  });
});

test("node-vault works as with any Vault", { timeout: installTestMs }, async (context) => {
  const why = installClient(folder, [
    // Its cache goes with the folder. No --prefix: npm would look for the machine's own settings there.
    ["npm", "install", ...npmFlags, "--cache", join(folder, "npm-cache"), "node-vault@0.12.0"],
  ]);
  if (why !== undefined) {
    console.log(`node-vault: skipped, since ${why}`);
    context.skip(why);
  }
  await using vault = await TestVault.start();
  expect(await session(vault, process.execPath, "node-vault-session.cjs")).toEqual({
    initialized: true,
    sealed: false,
    read: { a: "1" },
    listed: ["app"],
    deleted: 404,
    policies: ["default", "reader"],
    forbidden: 403,
    renewed: true,
    revoked: 403,
  });
});

test("the Go client works as with any Vault", { timeout: installTestMs }, async (context) => {
  cpSync(join(import.meta.dirname, "clients", "go-session"), join(folder, "go-session"), {
    recursive: true,
  });
  const program = join(folder, "go-session", "session");
  const why = installClient(folder, [["go", "build", "-C", "go-session", "-o", program, "."]], {
    env: {
      GOFLAGS: "-mod=readonly -modcacherw -trimpath -buildvcs=false", // a folder that can be removed afterwards
      GOTOOLCHAIN: "local",
      GOMODCACHE: join(folder, "go-modules"),
      // What is compiled is kept for the next run, but in the checkout: nothing is written into the user's home.
      GOCACHE: join(import.meta.dirname, "../../../node_modules/.cache/go-build"),
      GOENV: process.env["GOENV"] ?? join(configFolder, "go", "env"),
      XDG_CONFIG_HOME: join(folder, "go-config"),
    },
  });
  if (why !== undefined) {
    console.log(`the Go client: skipped, since ${why}`);
    context.skip(why);
  }
  await using vault = await TestVault.start();
  expect(await session(vault, program)).toEqual({
    initialized: true,
    sealed: false,
    patched: { a: "1", b: "2" },
    cas: 400,
    versions: 2,
    none: true,
    listed: ["app"],
    "wrapped for": 60,
    "wrapped at": "auth/approle/role/job/secret-id",
    "unwrapped twice": 400,
    "read as job": { a: "1", b: "2" },
    forbidden: 403,
    renewed: 600,
    revoked: 403,
    certificate: true,
    capabilities: ["read"],
    policies: ["default", "reader", "root"],
    "sealed at last": true,
  });
});

const commandLine = ["bao", "vault"].find((name) => spawnSync(name, ["version"]).status === 0);
const noCommandLine = "neither bao nor vault is on PATH";
if (commandLine === undefined) console.log(`command line: skipped, since ${noCommandLine}`);

describe("the command line", () => {
  test.skipIf(commandLine === undefined)(
    "of Vault or OpenBao works as with any Vault",
    async () => {
      await using vault = await TestVault.start();
      const environment = { PATH: process.env["PATH"], HOME: folder };
      const run = (...args: readonly string[]): string => {
        const address = { VAULT_ADDR: vault.url, BAO_ADDR: vault.url };
        return execFileSync(commandLine ?? "", args, {
          env: { ...environment, ...address },
          encoding: "utf8",
          input: vault.rootToken,
        });
      };
      // The server is in this very process: a call that waits for the client would wait for itself.
      const later = async (...args: readonly string[]): Promise<string> => {
        const child = spawn(commandLine ?? "", args, {
          env: { ...environment, VAULT_ADDR: vault.url, BAO_ADDR: vault.url },
        });
        child.stdin.end(vault.rootToken);
        const [said, complained, [code]] = await Promise.all([
          text(child.stdout),
          text(child.stderr),
          once(child, "close"),
        ]);
        if (code !== 0) throw new Error(`${args.join(" ")}: ${said}${complained}`);
        return said;
      };
      expect(run("version")).toMatch(/Vault|OpenBao/);
      expect(await later("status")).toMatch(/Sealed\s+false/);
      await later("login", "-no-print", "-");
      await later("secrets", "enable", "-version=2", "-path=kv", "kv");
      await later("kv", "put", "-mount=kv", "app", "a=1");
      await later("kv", "patch", "-mount=kv", "app", "b=2");
      expect(
        JSON.parse(await later("kv", "get", "-format=json", "-mount=kv", "app")).data.data,
      ).toEqual({ a: "1", b: "2" });
      await later("kv", "delete", "-mount=kv", "app");
      await later("kv", "undelete", "-mount=kv", "-versions=2", "app");
      expect(await later("kv", "list", "-mount=kv")).toContain("app");
      await later("auth", "enable", "approle");
      await later("write", "auth/approle/role/job", "token_ttl=10m");
      expect(await later("read", "-field=token_ttl", "auth/approle/role/job")).toBe("600");
      expect(await later("token", "create", "-policy=default", "-ttl=1h")).toContain(
        "token_accessor",
      );
      const held = await later(
        "write",
        "-force",
        "-wrap-ttl=60s",
        "-field=wrapping_token",
        "auth/approle/role/job/secret-id",
      );
      expect(await later("unwrap", held.trim())).toMatch(/secret_id_accessor\s+[0-9a-f-]{36}/);
      await expect(later("unwrap", held.trim())).rejects.toThrow("wrapping token is not valid");
      await later("audit", "enable", "file", `file_path=${join(folder, "audit.log")}`);
      expect(await later("audit", "list")).toContain("file/");
      await later("secrets", "move", "kv", "moved");
      expect(await later("secrets", "list")).toContain("moved/");
      await later("policy", "write", "p", "-").catch(() => undefined);
      await later("operator", "seal");
      await expect(later("status")).rejects.toThrow(/Sealed\s+true/);
    },
  );
});
