import { spawn } from "node:child_process";
import { X509Certificate } from "node:crypto";
import { chmod, mkdir, mkdtemp, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import net from "node:net";
import os from "node:os";
import path from "node:path";
import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import { diagnose, type Diagnosis } from "../src/app/doctor/diagnose.ts";
import { chooseFreePorts, type Ports } from "../src/app/ports.ts";
import { resolveStack, type Stack } from "../src/app/stack.ts";
import { createThrowawayStack } from "../src/app/throwaway-stack.ts";
import { eventually } from "../src/shared/eventually.ts";
import { itOnLinux } from "../src/shared/fixtures/it-on-linux.ts";
import { identify } from "../src/shared/process-identity.ts";
import { ProcessLedger } from "../src/supervisor/process-ledger.ts";
import { devstack } from "./command-line.ts";

// A project with a home of its own, of which the vault alone is started: it needs no engine.
let folder: string;
let env: Readonly<Record<string, string>>;
let stack: Stack;
let ports: Ports;
const checkout = path.resolve(import.meta.dirname, "..", "..", "..");

beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), "doctor-"));
  await chmod(folder, 0o755); // engines of another uid pass through it
  env = { DEVSTACK_HOME: path.join(folder, "home") };
  ports = await chooseFreePorts([]);
  await writeFile(
    path.join(folder, "devstack.config.ts"),
    `export default ${JSON.stringify({ ports })};\n`,
  );
  await up();
  const surroundings = { env, uid: process.getuid?.() ?? -1, homeFolder: folder };
  stack = await resolveStack({ cwd: folder, home: checkout, surroundings });
});
afterEach(async () => {
  // Each test leaves the stack as it found it: nothing to say but that no engine was fetched.
  const { findings } = await doctor();
  expect(findings.map(({ code }) => code)).toEqual(["DS_DOCTOR_ENGINE_NOT_FETCHED"]);
});
afterAll(async () => {
  await devstack(folder, ["down"], env);
  await rm(folder, { recursive: true, force: true });
});

async function up(): Promise<void> {
  const { exit, stderr } = await devstack(folder, ["up", "vault"], env);
  expect(exit, stderr).toBe(0);
}

/** What the command says, and its exit code. */
async function doctor(...args: string[]): Promise<Diagnosis & { readonly exit: number | null }> {
  const { exit, stdout, stderr } = await devstack(folder, ["doctor", "--json", ...args], env);
  expect(stderr).toBe("");
  return { ...(JSON.parse(stdout) as Diagnosis), exit };
}

const codesOf = (findings: Diagnosis["findings"]) => findings.map(({ code }) => code);

it("says what a reader needs: what, why, and what to type", async () => {
  const { exit, stdout } = await devstack(folder, ["doctor"], env);
  expect(exit, stdout).toBe(0);
  expect(stdout).toMatch(
    /^note {5}DS_DOCTOR_ENGINE_NOT_FETCHED: .*\n {9}the next start .*\n {9}devstack fetch postgres /m,
  );
});

it("finds loose modes, says which command mends them, and mends them", async () => {
  const keys = path.join(stack.folders.vault, "keys.json");
  const tls = path.join(stack.folders.run, "vault/tls/key.pem");
  await chmod(keys, 0o644);
  await chmod(tls, 0o640);
  await chmod(stack.folders.logs, 0o755);
  const { exit, findings } = await doctor();
  expect(exit).toBe(1);
  const commands = findings.map(({ command }) => command);
  expect(commands).toEqual(
    expect.arrayContaining([
      `chmod 600 '${keys}'`,
      `chmod 600 '${tls}'`,
      `chmod 700 '${stack.folders.logs}'`,
    ]),
  );
  const { exit: after, mended } = await doctor("--fix");
  expect(after).toBe(0);
  expect(codesOf(mended)).toEqual(Array(3).fill("DS_DOCTOR_MODE_LOOSE"));
  expect((await stat(keys)).mode & 0o777).toBe(0o600);
});

it("finds that the keys of a vault with data are missing, and invents none", async () => {
  const keys = path.join(stack.folders.vault, "keys.json");
  await rename(keys, `${keys}.aside`);
  for (const args of [[], ["--fix"]]) {
    const { exit, findings } = await doctor(...args);
    expect(exit).toBe(1);
    expect(codesOf(findings)).toContain("DS_DOCTOR_KEYS_MISSING");
  }
  await writeFile(keys, "{", { mode: 0o600 });
  expect(codesOf((await doctor()).findings)).toContain("DS_DOCTOR_KEYS_UNREADABLE");
  await rename(`${keys}.aside`, keys);
});

it("finds a sealed vault, and unseals it", async () => {
  const { stdout: token } = await devstack(folder, ["vault", "token"], env);
  const sealed = await fetch(`http://127.0.0.1:${ports["vault"]?.["http"]}/v1/sys/seal`, {
    method: "PUT",
    headers: { "x-vault-token": token.trim() },
  });
  expect(sealed.status).toBe(204);
  expect(codesOf((await doctor()).findings)).toContain("DS_DOCTOR_VAULT_SEALED");
  expect(codesOf((await doctor("--fix")).mended)).toEqual(["DS_DOCTOR_VAULT_SEALED"]);
});

it("finds a port that another process holds, by name", async () => {
  const port = ports["redis-2"]?.["tls"] ?? 0;
  const server = net.createServer().listen(port, "127.0.0.1");
  await eventually(async () => expect(server.listening).toBe(true), { deadlineMs: 5000 });
  const { exit, findings } = await doctor();
  expect(exit).toBe(1);
  expect(findings.map(({ what }) => what)).toContainEqual(
    expect.stringMatching(
      new RegExp(`127.0.0.1:${port} \\(redis-2.tls\\) is held by pid ${process.pid} `),
    ),
  );
  await new Promise((resolve) => server.close(resolve));
});

it("finds certificates that are over, that soon are, and that another CA issued", async () => {
  const file = path.join(stack.folders.run, "vault/tls/certificate.pem");
  const good = await readFile(file, "utf8");
  const { validFrom, validTo } = new X509Certificate(good);
  const lifeMs = Date.parse(validTo) - Date.parse(validFrom);
  const codesAt = async (lives: number) => {
    const nowMs = Date.now() + lives * lifeMs;
    const { findings } = await diagnose(
      { stack, home: checkout, online: false, nowMs },
      { fix: false },
    );
    return codesOf(findings).filter((code) => /_CA_|CERTIFICATE/.test(code));
  };
  expect(await codesAt(0)).toEqual([]);
  expect(await codesAt(0.8)).toEqual(["DS_DOCTOR_CERTIFICATE_DUE"]);
  expect(await codesAt(1.1)).toEqual(["DS_DOCTOR_CERTIFICATE_INVALID"]);
  expect(await codesAt(1000)).toEqual(["DS_DOCTOR_CA_INVALID"]);
  await writeFile(file, await readFile(path.join(stack.folders.vault, "ca/ca.pem"), "utf8"));
  expect(await codesAt(0)).toEqual(["DS_DOCTOR_CERTIFICATE_INVALID"]);
  await writeFile(file, good);
});

it("finds what a dead daemon left, and ends it", async () => {
  const daemon = JSON.parse(await readFile(path.join(stack.folders.run, "daemon.json"), "utf8"));
  process.kill(daemon.pid, "SIGKILL");
  await eventually(async () => expect(identify(daemon.pid)).toBeUndefined(), { deadlineMs: 5000 });
  const { exit, findings } = await doctor();
  expect(exit).toBe(1);
  const left = findings.find(({ code }) => code === "DS_DOCTOR_LEFTOVER_PROCESSES");
  const pid = Number(/vault (\d+)/.exec(left?.what ?? "")?.[1]);
  expect(identify(pid)).toBeDefined();
  const { exit: after, mended } = await doctor("--fix");
  expect(after).toBe(0);
  expect(codesOf(mended)).toEqual(["DS_DOCTOR_LEFTOVER_PROCESSES"]);
  expect(identify(pid)).toBeUndefined();
  await up();
});

itOnLinux("finds a process of the stack that listens beyond loopback", async () => {
  const script = `require("net").createServer().listen(0, "0.0.0.0", () => console.log("up"))`;
  const child = spawn(process.execPath, ["-e", script], { stdio: ["ignore", "pipe", "inherit"] });
  await new Promise((resolve) => child.stdout.once("data", resolve));
  const identity = identify(child.pid ?? 0);
  if (!identity) throw new Error("it did not start");
  const ledger = new ProcessLedger(path.join(stack.folders.run, "processes"));
  const stop = { signal: "SIGTERM", graceMs: 1000 } as const;
  await ledger.record({ ...identity, name: "redis-1", marker: "none", stop });
  const { exit, findings } = await doctor();
  child.kill();
  await ledger.forget("redis-1");
  expect(exit).toBe(1);
  expect(findings).toContainEqual(
    expect.objectContaining({
      code: "DS_DOCTOR_LISTENS_BEYOND_LOOPBACK",
      severity: "error",
      what: expect.stringMatching(
        new RegExp(`redis-1 \\(pid ${child.pid}\\) listens on 0\\.0\\.0\\.0:`),
      ),
    }),
  );
});

it("finds a throwaway stack whose maker is gone, and removes it", async () => {
  const abandoned = await createThrowawayStack(stack);
  const record = path.join(abandoned.folders.state, "stack.json");
  const written = JSON.parse(await readFile(record, "utf8"));
  expect(codesOf((await doctor()).findings)).not.toContain("DS_DOCTOR_THROWAWAY_ABANDONED");
  await writeFile(
    record,
    JSON.stringify({ ...written, throwawayOf: { pid: 1, startTime: "never" } }),
  );
  expect(codesOf((await doctor()).findings)).toContain("DS_DOCTOR_THROWAWAY_ABANDONED");
  expect(codesOf((await doctor("--fix")).mended)).toEqual(["DS_DOCTOR_THROWAWAY_ABANDONED"]);
  await expect(stat(abandoned.folders.state)).rejects.toThrow("ENOENT");
});

it("finds what is wrong in the cache, and clears it away", async () => {
  const engines = path.join(stack.base.cache, "engines");
  const tree = path.join(engines, "redis-0123456789abcdef");
  const halfMade = `${tree}.0123456789ab.partial`;
  const choice = path.join(engines, "redis-fedcba9876543210.json");
  const template = path.join(stack.base.cache, "templates/postgresql-9.6-0123456789abcdef");
  const halfTemplate = `${template}.partial-0`;
  const folders = [tree, halfMade, template, halfTemplate];
  for (const each of folders) await mkdir(each, { recursive: true });
  await writeFile(choice, "{");
  await mkdir(path.join(stack.base.cache, "packages"), { recursive: true });
  await writeFile(path.join(stack.base.cache, "packages/old_1.0_all.deb"), "x");
  const { exit, findings } = await doctor();
  expect(exit).toBe(1);
  const expected = [
    "DS_DOCTOR_CHOICE_UNREADABLE",
    "DS_DOCTOR_TREE_DAMAGED",
    "DS_DOCTOR_TREE_HALF_MADE",
    "DS_DOCTOR_CACHE_UNUSED",
    "DS_DOCTOR_TEMPLATE_HALF_MADE",
    "DS_DOCTOR_TEMPLATE_UNUSED",
  ];
  expect(codesOf(findings)).toEqual(expect.arrayContaining(expected));
  expect(codesOf((await doctor("--fix")).mended).toSorted()).toEqual(expected.toSorted());
  for (const each of [...folders, choice]) await expect(stat(each)).rejects.toThrow("ENOENT");
});

it("refuses a word that it has no use for", async () => {
  expect((await devstack(folder, ["doctor", "--fxi"], env)).exit).toBe(2);
});
