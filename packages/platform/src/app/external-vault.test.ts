import { mkdtemp, readFile, rm, stat } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { chooseExternalVault } from "./external-vault.ts";
import { keepGivenToken } from "./key-store-of.ts";
import type { Stack } from "./stack.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), "external-"));
});
afterEach(async () => rm(folder, { recursive: true }));

it("takes its address without what the API puts behind it, and files beside the configuration", () => {
  const chosen = (url: string): string | undefined =>
    chooseExternalVault({ external: { url } }, "/project")?.url;
  expect(chosen("https://vault.example.org:8200/v1/")).toBe("https://vault.example.org:8200");
  expect(chosen("http://127.0.0.1:8200/")).toBe("http://127.0.0.1:8200");
  expect(chosen("https://example.org/vault")).toBe("https://example.org/vault");
  const files = { tokenFile: "token", caFile: "/etc/ca.pem" };
  expect(chooseExternalVault({ external: { url: "http://a", ...files } }, "/project")).toEqual({
    url: "http://a",
    tokenFile: "/project/token",
    caFile: "/etc/ca.pem",
  });
  expect(chooseExternalVault({}, "/project")).toBeUndefined();
});

it("keeps the token of the environment for an external vault alone, where no file is named", async () => {
  const vault = path.join(folder, "vault");
  const stack = (more: Partial<Stack>): Stack => ({ folders: { vault }, ...more }) as Stack;
  const env = { DEVSTACK_VAULT_TOKEN: "given\n" };
  const url = "http://127.0.0.1:1";
  const kept = path.join(vault, "root-token");
  await keepGivenToken(stack({}), env);
  await keepGivenToken(stack({ externalVault: { url, tokenFile: "/elsewhere" } }), env);
  await keepGivenToken(stack({ externalVault: { url } }), {});
  await expect(stat(kept)).rejects.toThrow("ENOENT");
  await keepGivenToken(stack({ externalVault: { url } }), env);
  expect(await readFile(kept, "utf8")).toBe("given\n");
  expect((await stat(kept)).mode & 0o777).toBe(0o600);
});
