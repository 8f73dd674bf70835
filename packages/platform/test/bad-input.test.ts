import { chmod, mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import net from "node:net";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { chooseFreePorts } from "../src/app/ports.ts";
import { resolveStack, type Stack } from "../src/app/stack.ts";
import { surroundings } from "../src/config/folders.ts";
import { exists } from "../src/shared/files.ts";
import { type CommandResult, devstack, launcher, runCommand } from "./command-line.ts";
import { makeProject, type Project } from "./project.ts";

// What users get wrong, and what happens to files behind DevStack's back: each with its exit code and what it says.
let project: Project;
let stack: Stack;

beforeAll(async () => {
  project = await makeProject({});
  const { folder } = project;
  stack = await resolveStack({ cwd: folder, home: folder, surroundings: surroundings() });
});
afterAll(async () => project[Symbol.asyncDispose]());

describe("mistyped words", () => {
  it.each([
    { args: ["statsu"], meant: "devstack status" },
    { args: ["--stack", "other", "start"], meant: "devstack up" }, // another tool's word; options before it
    { args: ["up", "--offlin"], meant: "--offline" },
    { args: ["up", "--profile", "minmal"], meant: "minimal" },
    { args: ["up", "postgers"], meant: "postgres" },
    { args: ["restart", "redis-11"], meant: "redis-1" },
    { args: ["up", "redis-1"], meant: "redis" }, // an instance, where a service is asked for
    { args: ["logs", "mogodb"], meant: "mongodb" },
    { args: ["env", "rabitmq"], meant: "rabbitmq" },
    { args: ["health", "vualt"], meant: "vault" },
    { args: ["vault", "tokn"], meant: "devstack vault token" },
    { args: ["vault", "show-password", "postgress"], meant: "postgres" },
    { args: ["test", "redis-clustr"], meant: "redis-cluster" },
  ])("refuses $args at once, with the nearest", async ({ args, meant }) => {
    const text = await project.run(...args);
    expect(text.exit).toBe(2);
    expect(text.stdout).toBe("");
    expect(text.stderr).toMatch(new RegExp(`\\n {2}hint: did you mean "?${meant}"?\\?\\n$`));
    const json = await project.run(...args, "--json");
    expect(json.exit).toBe(2);
    expect(JSON.parse(json.stdout)).toMatchObject({
      error: { code: expect.stringMatching(/^DS_/), exit: 2, hint: expect.stringContaining(meant) },
    });
  });

  it("refuses keys of the configuration, and profiles in it and in the environment", async () => {
    const file = path.join(project.folder, "devstack.config.ts");
    const before = await readFile(file, "utf8");
    const faulty =
      '{ profile: "minmal", prots: {}, apps: { web: { comand: "true", command: "true" } } }';
    await writeFile(file, `export default ${faulty};\n`);
    const { exit, stderr } = await project.run("status");
    await writeFile(file, before);
    expect(exit).toBe(2);
    expect(stderr).toContain("3 fault(s)");
    for (const meant of ["minimal", "ports", "command"])
      expect(stderr).toContain(`did you mean "${meant}"?`);
    const profile = await devstack(project.folder, ["status"], { DEVSTACK_PROFILE: "fulll" });
    expect(profile.exit).toBe(2);
    expect(profile.stderr).toContain('did you mean "full"?');
  });
});

it.each(["../postgres", "post\ngres", "postgres\u001b[31m"])(
  "takes %j for no name of anything, and says so on one line",
  async (name) => {
    for (const args of [
      ["status", "--stack", name],
      ["up", name],
      ["logs", name],
      ["url", name],
      ["vault", "show-password", name],
    ]) {
      const { exit, stderr } = await project.run(...args);
      expect(exit, `${args.join(" ")}: ${stderr}`).toBe(2);
      expect(stderr).toMatch(/^error DS_\w+: .*\n( {2}hint: .*\n)?$/);
      expect(stderr).not.toContain("\u001b");
    }
    expect(await exists(stack.folders.state)).toBe(false);
  },
);

it("gives errors as JSON, keeps colour out where it is unwanted, and minds no closed pipe", async () => {
  const error = await project.run("url", "postgres", "--json");
  expect([error.exit, error.stderr]).toEqual([1, ""]);
  expect(JSON.parse(error.stdout)).toMatchObject({ error: { exit: 1 } });
  const colour = "\u001b[";
  expect((await project.run("status")).stdout).not.toContain(colour);
  const status = async (env: Readonly<Record<string, string>>): Promise<string> =>
    (await devstack(project.folder, ["status"], { NO_COLOR: "", FORCE_COLOR: "", ...env })).stdout;
  expect(await status({ FORCE_COLOR: "1" })).toContain(colour);
  expect(await status({ FORCE_COLOR: "0" })).not.toContain(colour);
  expect(await status({ FORCE_COLOR: "1", NO_COLOR: "1" })).not.toContain(colour);
  const piped = await shell(`for i in 1 2 3; do '${launcher}' status; done | true`);
  expect([piped.exit, piped.stderr]).toEqual([0, ""]);
});

describe("on a stack of its own", () => {
  const up = async (): Promise<CommandResult> => project.run("up", "postgres");

  it("is found as it was started, whatever variables and configuration say by now", async () => {
    const { http = -1 } = (await chooseFreePorts([stack.ports]))["vault"] ?? {};
    const moved = { DEVSTACK_PORTS: `vault.http=${http}` };
    const start = await devstack(project.folder, ["up", "vault"], moved);
    expect(start.exit, start.stderr).toBe(0);
    expect((await project.run("vault", "status")).stdout).toContain(`http://127.0.0.1:${http}\n`);
    const again = await project.run("up", "vault");
    expect(again.stdout).toMatch(new RegExp(`^vault +ready +\\d+ +${http},`, "m"));
    expect(again.stderr).toContain(
      "ports in the configuration changed since the stack was started",
    );
    const restarted = await project.run("restart");
    expect([restarted.exit, restarted.stdout]).toEqual([0, "vault restarted, vault is ready\n"]);
    const { http: configured } = stack.ports["vault"] ?? {};
    expect((await project.run("vault", "status")).stdout).toContain(`:${configured}\n`);
    expect((await project.run("up", "vault")).stderr).toBe("");
    expect((await project.run("down")).exit).toBe(0);
  });

  it("names who holds a port, and starts nothing in its place", async () => {
    const holder = net.createServer();
    const port = stack.ports["postgres"]?.["sql"] ?? 0;
    await new Promise<void>((resolve) => {
      holder.listen(port, "127.0.0.1", resolve);
    });
    const { exit, stdout } = await up();
    holder.close();
    expect(exit).toBe(4);
    expect(stdout).toContain(
      `error DS_PORT_IN_USE: postgres needs 127.0.0.1:${port} (sql), held by pid ${process.pid} (`,
    );
    expect(stdout).toContain("hint: stop that process, or start with --auto-ports");
    const moved = await project.run("up", "--auto-ports");
    expect(moved.exit).toBe(4);
    expect(moved.stderr).toMatch(/error DS_STACK_RUNNING: .*\n {2}hint: devstack down; then/);
    expect((await up()).exit).toBe(0);
  });

  it("refuses keys that others can read, with the command that mends it", async () => {
    const keys = path.join(stack.folders.vault, "keys.json");
    expect((await project.run("vault", "seal")).exit).toBe(0);
    await chmod(keys, 0o644);
    const { exit, stderr } = await project.run("vault", "unseal");
    expect(exit).toBe(6);
    expect(stderr).toContain("error DS_VAULT_KEYS_LOOSE: ");
    const [, hint = ""] = /hint: (.*)/.exec(stderr) ?? [];
    expect(hint).toBe(`chmod 600 '${keys}'`);
    expect((await shell(hint)).exit).toBe(0);
    expect((await project.run("vault", "unseal")).exit).toBe(0);
  });

  it("says that nothing opens the vault without its keys, at once and at the next start", async () => {
    const keys = path.join(stack.folders.vault, "keys.json");
    expect((await project.run("vault", "seal")).exit).toBe(0);
    await rename(keys, `${keys}.away`);
    const unseal = await project.run("vault", "unseal");
    await project.run("down");
    const start = await up();
    await rename(`${keys}.away`, keys);
    for (const { exit, stdout, stderr } of [unseal, start]) {
      expect(exit).toBe(6);
      expect(stdout + stderr).toContain("error DS_VAULT_KEYS_MISSING: ");
      expect(stdout + stderr).toContain("hint: put back your copy of that file");
    }
    expect((await up()).exit).toBe(0);
  });

  it("lets no engine at data that a newer one made", async () => {
    const file = path.join(stack.folders.data, "postgres", "devstack-product");
    const maker = await readFile(file, "utf8");
    await project.run("down");
    await writeFile(file, "postgresql 99.1");
    const { exit, stdout } = await up();
    await writeFile(file, maker);
    expect(exit).toBe(2);
    expect(stdout).toMatch(/error DS_DATA_OF_OTHER_VERSION: postgres: .* made by postgresql 99\.1/);
    expect((await up()).exit).toBe(0);
  });

  it.each(["mysql", "mongodb", "redis-1", "rabbitmq"])(
    "nor that of %s, before it touches anything there",
    async (instance) => {
      const data = path.join(stack.folders.data, instance);
      const [service = ""] = instance.split("-");
      await mkdir(data);
      await writeFile(path.join(data, "devstack-product"), `${service} 99.1`);
      const { exit, stdout } = await project.run("up", service);
      const left = await readdir(data);
      await rm(data, { recursive: true });
      expect(exit).toBe(2);
      // A stand-in for MySQL says that it is another product.
      expect(stdout).toMatch(
        new RegExp(
          `error DS_DATA_OF_OTHER_(VERSION|PRODUCT): ${instance}: .* made by ${service} 99\\.1.*\n {2}hint: `,
        ),
      );
      expect(left).toEqual(["devstack-product"]);
    },
  );

  it("says which record is half-written and what to do, and lists the stack so", async () => {
    await project.run("down");
    const file = path.join(stack.folders.state, "stack.json");
    const record = await readFile(file, "utf8");
    await writeFile(file, record.slice(0, record.length / 2));
    const { exit, stderr } = await project.run("status");
    const listed = await project.run("ls");
    await writeFile(file, record);
    expect(exit).toBe(1);
    expect(stderr).toMatch(/error DS_STACK_UNREADABLE: .*stack\.json: .*\n {2}hint: remove it and/);
    expect([listed.exit, listed.stdout]).toEqual([
      0,
      expect.stringMatching(new RegExp(`^${stack.id} +unreadable `, "m")),
    ]);
    expect((await project.run("status")).exit).toBe(0);
  });

  it("tells nothing to whoever listens at the vault's address while the vault does not run", async () => {
    await project.run("down");
    let connections = 0;
    const stranger = net.createServer((connection) => {
      connections += 1;
      connection.destroy();
    });
    await new Promise<void>((resolve) => {
      stranger.listen(stack.ports["vault"]?.["http"], "127.0.0.1", resolve);
    });
    for (const args of [
      ...["status", "unseal", "bootstrap"].map((word) => ["vault", word]),
      ["vault", "show-password", "postgres"],
      ["url", "postgres"],
    ]) {
      const { exit, stderr } = await project.run(...args);
      expect(exit, args.join(" ")).toBe(1);
      expect(stderr).toMatch(/^error DS_NOT_RUNNING: .*\n {2}hint: devstack up/);
    }
    await project.run("doctor", "--fix");
    stranger.close();
    expect(connections).toBe(0);
  });
});

async function shell(line: string): Promise<CommandResult> {
  return runCommand("sh", ["-c", line], { cwd: project.folder });
}
