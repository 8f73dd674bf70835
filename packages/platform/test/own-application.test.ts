import { cp, mkdtemp, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { chooseFreePorts } from "../src/app/ports.ts";
import { openStackHandle } from "../src/app/stack-handle.ts";
import { resolveStack } from "../src/app/stack.ts";
import { surroundings } from "../src/config/folders.ts";
import { eventually } from "../src/shared/eventually.ts";
import { freePort } from "../src/supervisor/fixtures/free-port.ts";
import { isPortFree } from "../src/supervisor/ports.ts";
import { type CommandResult, devstack } from "./command-line.ts";

// The guide's example as it stands, but for its port, in a project elsewhere: with ports that `up` chooses.
const checkout = path.resolve(import.meta.dirname, "..", "..", "..");
let folder: string;
let port: number;

interface Status {
  readonly instances: readonly {
    readonly instance: string;
    readonly state: string;
    readonly pid?: number;
    readonly crashes: number;
    readonly ports: readonly { readonly port: number }[];
  }[];
}

const run = async (...args: readonly string[]): Promise<CommandResult> => devstack(folder, args);

async function instance(name: string): Promise<Status["instances"][number] | undefined> {
  const { instances } = JSON.parse((await run("status", "--json")).stdout) as Status;
  return instances.find((one) => one.instance === name);
}

const visit = async (): Promise<unknown> => (await fetch(`http://127.0.0.1:${port}/`)).json();

beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), "own-application-"));
  await cp(path.join(checkout, "docs", "guides", "own-application"), folder, { recursive: true });
  await symlink(path.join(checkout, "node_modules"), path.join(folder, "node_modules"));
  port = (await chooseFreePorts([]))["vault"]?.["http"] ?? 0;
  const file = path.join(folder, "devstack.config.ts");
  await writeFile(file, (await readFile(file, "utf8")).replace("3100", String(port)));
  const { exit, stdout, stderr } = await run("up", "--auto-ports");
  expect(exit, stdout + stderr).toBe(0);
  expect(stdout).toMatch(/^web\s+ready\s+\d+\s+\d+\s+your application$/m);
});
afterAll(async () => {
  await run("destroy", "--yes");
  await rm(folder, { recursive: true });
});

it("has its database over verified TLS and the vault as itself", async () => {
  expect(await visit()).toEqual({ visits: 1, user: "devuser" });
  expect(await visit()).toEqual({ visits: 2, user: "devuser" });
  expect((await run("logs", "web")).stdout).toContain(`listening on ${port}`);
  expect((await run("health")).stdout).toMatch(/^web\s+healthy/m);
  expect((await run("url", "web")).stdout).toBe(`http://127.0.0.1:${port}\n`);
});

it("may read what it needs and nothing else", async () => {
  const script = `
    role=$(cat "$DEVSTACK_APPROLE_ROLE_ID_FILE"); secret=$(cat "$DEVSTACK_APPROLE_SECRET_ID_FILE")
    ask() { curl -sS --cacert "$VAULT_CACERT" -H @- -w ' %{http_code}' "$@"; }
    token=$(printf '{"role_id":"%s","secret_id":"%s"}' "$role" "$secret" |
      curl -sS --cacert "$VAULT_CACERT" -d @- "$VAULT_ADDR/v1/auth/approle/login" |
      sed 's/.*"client_token":"\\([^"]*\\)".*/\\1/')
    for entry in postgres postgres-admin redis-1; do
      printf 'X-Vault-Token: %s' "$token" | ask -o /dev/null "$VAULT_ADDR/v1/secret/data/$entry"
    done`;
  const web = await instance("web");
  const environ = await readFile(`/proc/${web?.pid}/environ`, "utf8");
  const own = environ.split("\0").filter((each) => /^(DEVSTACK_APPROLE|VAULT)_/.test(each));
  const args = ["run", "--", "env", ...own, "sh", "-c", script];
  expect((await run(...args)).stdout).toBe(" 200 403 403");
  expect(environ).toContain("PGPASSWORD=");
  expect(environ).not.toContain("REDIS");
});

it("comes back when it ends by itself", async () => {
  const before = await instance("web");
  if (before?.pid === undefined) throw new Error(`web has no process: ${JSON.stringify(before)}`);
  process.kill(before.pid, "SIGKILL");
  await eventually(
    async () => expect(await visit()).toEqual({ visits: expect.any(Number), user: "devuser" }),
    { deadlineMs: 20_000, intervalMs: 100 },
  );
  const after = await instance("web");
  expect(after).toMatchObject({ state: "ready", crashes: 1 });
  expect(after?.pid).not.toBe(before?.pid);
});

it("goes down with the stack, which keeps the ports that it chose", async () => {
  const before = await instance("postgres");
  expect(before?.ports[0]?.port).not.toBe(5432);
  expect((await run("down")).exit).toBe(0);
  expect(await isPortFree(port)).toBe(true);
  const { exit, stdout, stderr } = await run("up", "web");
  expect(exit, stdout + stderr).toBe(0);
  expect((await instance("postgres"))?.ports).toEqual(before?.ports);
  expect(await visit()).toMatchObject({ user: "devuser" });
  expect((await instance("redis-1"))?.state).toBe("stopped");
});

it("says what a daemon that runs does not know yet, and why an application does not start", async () => {
  const file = path.join(folder, "devstack.config.ts");
  const workerPort = await freePort();
  const broken = `worker: { command: "echo no such queue; exit 3", port: ${workerPort} },\n    web: {`;
  await writeFile(file, (await readFile(file, "utf8")).replace("web: {", broken));
  const added = await run("up", "worker");
  expect(added.exit).toBe(4);
  expect(added.stderr).toMatch(
    /error DS_STACK_RUNNING: .*before the configuration named worker\n {2}hint: devstack down; then/,
  );
  expect((await instance("web"))?.state).toBe("ready");
  expect((await run("down")).exit).toBe(0);
  const { exit, stdout } = await run("up", "worker");
  expect(exit).toBe(1);
  expect(stdout).toMatch(/^worker\s+restarting\s/m); // it is tried again, what it lacks may come
  expect(stdout).toMatch(
    /error DS_PROCESS_ENDED: worker ended with exit code 3 .*its log ends:\n\s+no such queue\n {2}hint: devstack logs worker/,
  );
});

it("takes back what an application had in the vault that is gone from the configuration", async () => {
  const file = path.join(folder, "devstack.config.ts");
  const stack = await resolveStack({ cwd: folder, home: folder, surroundings: surroundings() });
  const identities = async (): Promise<readonly string[]> =>
    readdir(path.join(stack.folders.vault, "approles"));
  expect(await identities()).toContain("worker");
  await writeFile(file, (await readFile(file, "utf8")).replace(/^.*worker:.*\n/m, ""));
  const { exit, stdout, stderr } = await run("restart");
  expect(exit, stdout + stderr).toBe(0);
  expect(stdout).toBe("vault restarted, vault is ready\n");
  expect(await identities()).toContain("web");
  expect(await identities()).not.toContain("worker");
  const root = await (await openStackHandle(stack)).administrator();
  expect(await root.list("auth/approle/role")).toContain("web-role");
  for (const gone of ["auth/approle/role/worker-role", "sys/policies/acl/worker-policy"])
    expect(await root.read(gone)).toBeUndefined();
});
