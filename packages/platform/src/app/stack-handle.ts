import { spawn } from "node:child_process";
import path from "node:path";
import { definitionOf } from "../services/registry.ts";
import { programFile } from "../shared/program-file.ts";
import type { CommandResult, StackHandle } from "../suites/stack-handle.ts";
import { readCredential } from "../vault/stored-credentials.ts";
import { logIn } from "../vault/login.ts";
import { keyStoreOf } from "./key-store-of.ts";
import { engineOf } from "./engines.ts";
import { restart } from "./restart.ts";
import type { Stack } from "./stack.ts";
import { status } from "./status.ts";
import { vaultClientOf } from "./units.ts";

/** Gives the suites their ways into a running stack. */
export async function openStackHandle(stack: Stack): Promise<StackHandle> {
  const keyStore = keyStoreOf(stack);
  const vault = vaultClientOf(stack);
  // Read once: a check may find the file gone, the others still need their way in.
  const administrator = vault.withToken(await keyStore.rootToken());
  return {
    folders: stack.folders,
    ports: stack.ports,
    keyStore,
    isVaultExternal: stack.externalVault !== undefined,
    vault,
    administrator: async () => administrator,
    as: async (service) => logIn(vault, keyStore, service),
    secret: async (at) =>
      ((await readCredential(administrator, at)) ?? {}) as Readonly<Record<string, string>>,
    engine: async (service) => engineOf(stack, definitionOf(service).engine),
    processes: async () => (await status(stack)).instances,
    restart: async (name) => void (await restart(stack, name)),
    signal: async (instance, signal) => {
      const found = (await status(stack)).instances.find((one) => one.instance === instance);
      if (found?.pid === undefined) throw new Error(`${instance} has no process`);
      process.kill(found.pid, signal);
    },
    devstack: async (...args) => runDevStack(stack, args),
  };
}

/** The command line in a process of its own, on this very stack. */
async function runDevStack(stack: Stack, args: readonly string[]): Promise<CommandResult> {
  const name = stack.name === undefined ? [] : [`--stack=${stack.name}`];
  const child = spawn(
    process.execPath,
    ["--disable-warning=ExperimentalWarning", programFile("devstack"), ...args, ...name],
    {
      cwd: path.resolve(stack.folder),
      stdio: ["ignore", "pipe", "pipe"],
    },
  );
  let [stdout, stderr] = ["", ""];
  child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
  const exit = await new Promise<number>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => resolve(code ?? -1));
  });
  return { exit, stdout, stderr };
}
