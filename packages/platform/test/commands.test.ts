import { readFile } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { exists } from "../src/shared/files.ts";
import { makeProject, type Project } from "./project.ts";

// The commands of every day, as a user types them, on a stack of a project of its own.
let project: Project;

beforeAll(async () => {
  project = await makeProject({});
  const { exit, stdout, stderr } = await project.run("up", "postgres", "redis");
  expect(exit, stdout + stderr).toBe(0);
});
afterAll(async () => project[Symbol.asyncDispose]());

async function pidOf(instance: string): Promise<number> {
  const { stdout } = await project.run("status", "--json");
  const { instances } = JSON.parse(stdout) as { instances: { instance: string; pid: number }[] };
  return instances.find((one) => one.instance === instance)?.pid ?? 0;
}

describe("health", () => {
  it("says what it asked of each service that was started, and 0 when all answer", async () => {
    const { exit, stdout } = await project.run("health");
    expect(exit, stdout).toBe(0);
    expect(stdout).toMatch(/^postgres\s+healthy\s+\d+ ms\s+the application logs in, writes a row/m);
    expect(stdout).toMatch(/^redis\s+healthy\s+\d+ ms/m);
    expect(stdout).toMatch(/^vault\s+healthy\s+\d+ ms/m);
    expect(stdout).not.toContain("mongodb");
  });

  it("finds a service out that is ready by its state and answers nobody, and exits 1", async () => {
    const pid = await pidOf("redis-2");
    process.kill(pid, "SIGSTOP");
    try {
      const { exit, stdout } = await project.run("health", "--json", "redis", "postgres");
      expect(exit, stdout).toBe(1);
      expect(JSON.parse(stdout)).toMatchObject({
        healthy: false,
        services: [
          { service: "postgres", healthy: true },
          { service: "redis", state: "ready", healthy: false },
        ],
      });
      const waited = await project.run("wait", "redis", "--timeout", "500ms");
      expect(waited.exit).toBe(5);
      expect(waited.stderr).toMatch(/error DS_WAIT_TIMED_OUT: not healthy within 0.5 s: redis \(/);
    } finally {
      process.kill(pid, "SIGCONT");
    }
    expect((await project.run("wait", "redis")).exit).toBe(0);
  });
});

describe("wait", () => {
  it("is not content with a service that nobody started, and is with its being stopped", async () => {
    const { exit, stderr } = await project.run("wait", "mongodb", "--timeout", "100ms");
    expect(exit).toBe(5);
    expect(stderr).toContain("mongodb (it is stopped)");
    expect((await project.run("wait", "mongodb", "--status", "stopped")).exit).toBe(0);
    const running = await project.run("wait", "redis", "--status", "stopped", "--timeout", "100ms");
    expect(running.exit).toBe(5);
    expect(running.stderr).toMatch(/redis-1 \(ready, pid \d+\)/);
  });

  it("refuses what it can't wait for", async () => {
    const state = await project.run("wait", "redis", "--status", "helthy");
    expect(state.exit).toBe(2);
    expect(state.stderr).toContain('did you mean "healthy"?');
    const service = await project.run("wait", "rediss");
    expect(service.exit).toBe(2);
    expect(service.stderr).toContain('did you mean "redis"?');
    expect((await project.run("wait", "redis", "--timeout", "soon")).exit).toBe(2);
  });
});

describe("url", () => {
  it("gives the way in over TLS, and on request the plain one", async () => {
    const tls = (await project.run("url", "postgres")).stdout.trim();
    expect(new URL(tls).searchParams.get("sslmode")).toBe("verify-full");
    const ca = new URL(tls).searchParams.get("sslrootcert") ?? "";
    expect(await readFile(ca, "utf8")).toContain("BEGIN CERTIFICATE");
    expect((await project.run("url", "postgres", "--plain")).stdout).toMatch(/sslmode=disable\n$/);
    expect((await project.run("url", "redis")).stdout).toMatch(/^rediss:/);
    expect((await project.run("url", "redis", "--plain")).stdout).toMatch(/^redis:/);
    expect((await project.run("url", "vault")).stdout).toMatch(/^https:/);
    expect((await project.run("url", "vault", "--plain")).stdout).toMatch(/^http:/);
  });
});

describe("ls and destroy", () => {
  interface Listing {
    readonly stacks: readonly { id: string; folder: string; running: boolean; ready: number }[];
  }
  const own = async (): Promise<Listing["stacks"][number] | undefined> =>
    (JSON.parse((await project.run("ls", "--json")).stdout) as Listing).stacks.find(
      (one) => one.folder === project.folder,
    );

  it("lists the stack, where it belongs and how many services are ready", async () => {
    expect(await own()).toMatchObject({ running: true, ready: 3 });
    expect((await project.run("ls")).stdout).toContain(project.folder);
  });

  it("destroys nothing where it can't ask; with --yes everything of the stack's and nothing else", async () => {
    const { exit, stderr } = await project.run("destroy");
    expect(exit).toBe(2);
    expect(stderr).toMatch(/error DS_NOT_CONFIRMED: .*no terminal to ask on\n {2}hint: .*--yes/);
    expect(await own()).toMatchObject({ running: true });
    const pid = await pidOf("postgres");
    const answer = await project.run("destroy", "--yes", "--json");
    expect(answer.exit, answer.stderr).toBe(0);
    const { removed } = JSON.parse(answer.stdout) as { removed: string[] };
    expect(removed).toHaveLength(2);
    for (const folder of removed) expect(await exists(folder)).toBe(false);
    expect(() => process.kill(pid, 0)).toThrow(/ESRCH/);
    expect(await own()).toBeUndefined();
    expect(await exists(project.folder)).toBe(true);
    expect((await project.run("destroy")).stdout).toContain("there was nothing to remove");
  });
});
