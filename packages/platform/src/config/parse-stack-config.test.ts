import { expect, it } from "vitest";
import { stackFolders, stackId, baseFolders } from "./folders.ts";
import { parseStackConfig } from "./parse-stack-config.ts";

it("lists all faults at once, with the nearest key", () => {
  const faulty = {
    prots: {},
    engines: { postgresql: { pth: "/x" } },
    ports: { postgres: { sql: 70_000 } },
  };
  try {
    parseStackConfig(faulty, "devstack.config.ts");
    expect.unreachable();
  } catch (error) {
    expect(error).toMatchObject({ code: "DS_CONFIG_INVALID", exit: 2 });
    const { message } = error as Error;
    expect(message).toContain('unknown key "prots", did you mean "ports"?');
    expect(message).toContain('unknown key "pth", did you mean "path"?');
    expect(message).toContain("ports.postgres.sql");
  }
});

it("lets an engine come from one place only, and an archive have its hash", () => {
  const url = "https://vendor.test/db.tar.xz";
  const sha256 = "0".repeat(64);
  const engines = { mongodb: { archive: { url, sha256 } }, postgresql: { source: "npm" } };
  expect(parseStackConfig({ engines }, "x")).toEqual({ engines });
  const faults = [
    [{ source: "npm", path: "/x" }, "only one of path, source and archive can count"],
    [{ source: "nmp" }, "engines.mongodb.source"],
    [{ archive: { url } }, "engines.mongodb.archive.sha256"],
    [{ archive: { url: "file:///x", sha256 } }, "engines.mongodb.archive.url"],
    [{ archive: { url, sah256: sha256 } }, 'unknown key "sah256", did you mean "sha256"?'],
  ] as const;
  for (const [mongodb, message] of faults)
    expect(() => parseStackConfig({ engines: { mongodb } }, "x")).toThrow(message);
});

it("takes an external vault by its address, and names what is mistyped in it", () => {
  const vault = { external: { url: "https://vault.test:8200", tokenFile: "t", caFile: "c" } };
  expect(parseStackConfig({ vault }, "x")).toEqual({ vault });
  const faults = [
    [{ externl: {} }, 'vault: unknown key "externl", did you mean "external"?'],
    [
      { external: { url: "https://a", tokenfile: "t" } },
      'vault.external: unknown key "tokenfile", did you mean "tokenFile"?',
    ],
    [{ external: { url: "ftp://a" } }, "vault.external.url"],
    [{ external: {} }, "vault.external.url"],
  ] as const;
  for (const [wrong, message] of faults)
    expect(() => parseStackConfig({ vault: wrong }, "x")).toThrow(message);
});

it("refuses a default export that is no object", () => {
  expect(() => parseStackConfig(undefined, "devstack.config.ts")).toThrow(/1 fault/);
});

it("gives root the system's folders, a user the home's, XDG and DEVSTACK_HOME what they say", () => {
  const env = {};
  expect(baseFolders({ env, uid: 0, homeFolder: "/root" })).toEqual({
    cache: "/var/cache/devstack",
    state: "/var/lib/devstack",
    config: "/etc/devstack",
  });
  expect(baseFolders({ env, uid: 1000, homeFolder: "/home/u" }).state).toBe(
    "/home/u/.local/state/devstack",
  );
  expect(baseFolders({ env: { XDG_STATE_HOME: "/x" }, uid: 0, homeFolder: "/root" }).state).toBe(
    "/x/devstack",
  );
  expect(
    baseFolders({ env: { DEVSTACK_HOME: "/y", XDG_STATE_HOME: "/x" }, uid: 0, homeFolder: "/root" })
      .state,
  ).toBe("/y/state");
});

it("tells stacks apart by folder and by name, and keeps ids short and plain", () => {
  const ids = [stackId("/a/shop"), stackId("/b/shop"), stackId("/a/shop", "two")];
  expect(new Set(ids).size).toBe(3);
  expect(stackId("/a/shop")).toBe(ids[0]);
  expect(stackId("/a/Über Großer Shop (neu) mit sehr langem Namen")).toMatch(/^[a-z0-9-]{1,30}$/);
  expect(stackFolders({ cache: "/c", state: "/s", config: "/k" }, "id").vault).toBe("/k/id/vault");
});
