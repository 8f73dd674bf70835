import { access, constants, mkdtemp, readFile, rm } from "node:fs/promises";
import path from "node:path";
import type { ClientShell, ServiceDefinition } from "../services/definition.ts";
import { definitionOf } from "../services/registry.ts";
import { vaultPrompt } from "../services/vault/prompt.ts";
import { vaultService } from "../services/vault/vault-service.ts";
import { ensureFolder, writeFileAtomically } from "../shared/files.ts";
import { VaultClient } from "../vault/vault-client.ts";
import { keyStoreOf } from "./key-store-of.ts";
import { runAttached } from "./attached-process.ts";
import { connectionRunOf } from "./connection-settings.ts";
import { credentialsOf, environmentOf } from "./connections.ts";
import { engineOf } from "./engines.ts";
import { appErrors } from "./errors.ts";
import { runPrompt } from "./line-prompt.ts";
import { notRunning } from "./restart.ts";
import type { Stack } from "./stack.ts";
import { status } from "./status.ts";

/** A client of the service on the caller's terminal, logged in over verified TLS; gives its exit code. */
export async function openShell(stack: Stack, service: string): Promise<number> {
  if (service === vaultService.name) return openVaultShell(stack);
  const definition = definitionOf(service);
  if (!(await status(stack)).running) throw notRunning(stack);
  const run = connectionRunOf(stack, definition, await credentialsOf(stack, definition));
  const shells = definition.shells?.(run) ?? [];
  const found = await chooseShell(stack, definition, shells);
  if (found) return startShell(stack, service, found);
  if (definition.prompt) return runPrompt(await definition.prompt(run));
  throw appErrors.DS_NO_SHELL(
    shells.length > 0
      ? `${service} has no client here: ${shells.map(({ program }) => program).join(", ")} is neither the engine's nor on PATH`
      : `${service} brings no client with a prompt`,
    {
      hint: `devstack env ${service} has what any client needs; devstack run -- CLIENT starts one with it`,
    },
  );
}

interface FoundShell {
  readonly shell: ClientShell;
  readonly program: string;
  readonly env: NodeJS.ProcessEnv;
}

async function chooseShell(
  stack: Stack,
  definition: ServiceDefinition,
  shells: readonly ClientShell[],
): Promise<FoundShell | undefined> {
  if (shells.length === 0) return undefined;
  const engine = await engineOf(stack, definition.engine);
  for (const shell of shells) {
    const program = engine.programs[shell.program];
    if (program) return { shell, program, env: { ...process.env, ...engine.env } };
  }
  for (const shell of shells) {
    const program = await programOnPath(shell.program);
    if (program) return { shell, program, env: process.env };
  }
  return undefined;
}

async function startShell(
  stack: Stack,
  service: string,
  { shell, program, env }: FoundShell,
): Promise<number> {
  const history = path.join(stack.folders.state, "history");
  await ensureFolder(history, { mode: 0o700 });
  const typed = shell.historyVariable
    ? { [shell.historyVariable]: path.join(history, service) }
    : {};
  const started = { program, args: shell.args, env: { ...env, ...typed, ...shell.env } };
  if (!shell.script) return runAttached(started);
  const folder = await mkdtemp(path.join(stack.folders.run, "shell-"));
  try {
    const file = path.join(folder, shell.script.name);
    await writeFileAtomically(file, shell.script.content);
    return await runAttached({ ...started, args: [...shell.args, file] });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The vault's clients have no prompt of their own: the user's shell, in which they are logged in. */
async function openVaultShell(stack: Stack): Promise<number> {
  const settings = await environmentOf(stack, [vaultService.name]);
  const token = await keyStoreOf(stack).rootToken();
  const hasClient = (await programOnPath("bao")) ?? (await programOnPath("vault"));
  if (!hasClient) {
    const { VAULT_ADDR: address = "", VAULT_CACERT: caFile } = settings;
    const ca = caFile === undefined ? {} : { ca: await readFile(caFile, "utf8") };
    const place = { address, ...ca, isOurs: !stack.externalVault };
    return runPrompt(vaultPrompt(new VaultClient(place, token)));
  }
  return runAttached({
    program: process.env["SHELL"] ?? "/bin/sh",
    args: [],
    env: { ...process.env, ...settings, VAULT_TOKEN: token.reveal() },
  });
}

async function programOnPath(name: string): Promise<string | undefined> {
  for (const folder of (process.env["PATH"] ?? "").split(path.delimiter)) {
    if (folder === "") continue;
    const file = path.join(folder, name);
    const runnable = await access(file, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (runnable) return file;
  }
  return undefined;
}
