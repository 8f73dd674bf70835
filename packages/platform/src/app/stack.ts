import { readFile, readdir, realpath } from "node:fs/promises";
import path from "node:path";
import { isDeepStrictEqual } from "node:util";
import { configErrors } from "../config/errors.ts";
import {
  type BaseFolders,
  baseFolders,
  stackFolders,
  type StackFolders,
  stackId,
  type Surroundings,
} from "../config/folders.ts";
import { isOn, overrideConfig } from "../config/environment.ts";
import type { StackConfig } from "../config/parse-stack-config.ts";
import { findConfigFolder, loadStackConfig } from "../config/stack-config.ts";
import { DevStackError, errnoOf, messageOf } from "../shared/errors.ts";
import { ensureFolder, exists, type Owner, writeFileAtomically } from "../shared/files.ts";
import type { ProcessIdentity } from "../shared/process-identity.ts";
import { servicesOfProfile } from "../services/profiles.ts";
import { appErrors } from "./errors.ts";
import { chooseExternalVault, type ExternalVault } from "./external-vault.ts";
import { engineAccount, requireReachable } from "./engine-account.ts";
import { runningDaemon } from "./running-daemon.ts";
import { explainingFaults, requireFolders } from "./usable-folders.ts";
import { choosePorts, type Ports, portsOfServices } from "./ports.ts";
import { chooseApps, type UserApp } from "./user-apps.ts";

/** One stack, resolved: all that the daemon and the commands need to know of it. Written to `stack.json`. */
export interface Stack {
  readonly id: string;
  /** The project's folder; with `name` it is the stack's identity. */
  readonly folder: string;
  readonly name?: string;
  readonly base: BaseFolders;
  readonly folders: StackFolders;
  readonly ports: Ports;
  /** The ports were found free, once, and stay: the record on disk says which. */
  readonly freePorts: boolean;
  readonly profile: string;
  /** The user's own applications. */
  readonly apps: readonly UserApp[];
  readonly engines: NonNullable<StackConfig["engines"]>;
  /** In place of a vault of the stack's own. */
  readonly externalVault?: ExternalVault;
  /** Nothing outside this machine is looked at: `up --offline`, or DEVSTACK_OFFLINE=1. */
  readonly offline: boolean;
  /** Who engines run as; undefined: the caller. */
  readonly account: Owner | undefined;
  /** Keys of the configuration that have changed since the daemon that runs was started: they count when it is the next. */
  readonly awaitsRestart?: readonly string[];
  /** Faults that `test --prove` applies; empty in every stack that a user starts. */
  readonly faults: readonly string[];
  /** Thrown away when this process is done with it; if that was killed, by the next one that makes such a stack. */
  readonly throwawayOf?: ProcessIdentity;
}

export interface StackPlace {
  /** Where the command was called. */
  readonly cwd: string;
  /** The checkout that the command line belongs to. */
  readonly home: string;
  readonly name?: string;
  readonly surroundings: Surroundings;
}

/** A stack is the nearest folder upwards with a `devstack.config.ts`, or else DevStack's own checkout. */
export async function resolveStack(place: StackPlace): Promise<Stack> {
  const { name, surroundings } = place;
  if (name !== undefined && !/^[a-z0-9][a-z0-9-]{0,31}$/.test(name)) {
    throw configErrors.DS_STACK_NAME_INVALID(`${JSON.stringify(name)} is no name for a stack`, {
      hint: "use 1 to 32 letters a-z, digits and dashes, a letter or digit first",
    });
  }
  const folder = await realpath((await findConfigFolder(place.cwd)) ?? place.home);
  const config = overrideConfig(await loadStackConfig(folder), surroundings.env);
  const profile = config.profile ?? "standard";
  servicesOfProfile(profile);
  const id = stackId(folder, name);
  const base = baseFolders(surroundings);
  await requireFolders(base);
  const folders = stackFolders(base, id);
  const recorded = await readStack(folders.state);
  const externalVault = chooseExternalVault(config.vault, folder);
  const configured = {
    // A service that was registered since has none there.
    ports: recorded?.freePorts
      ? { ...choosePorts({}), ...recorded.ports }
      : choosePorts(config.ports ?? {}),
    engines: config.engines ?? {},
    ...(externalVault ? { externalVault } : {}),
  };
  const running = recorded && (await runningDaemon({ folders })) ? recorded : undefined;
  const { ports, engines, externalVault: vault } = running ?? configured;
  return {
    id,
    folder,
    ...(name === undefined ? {} : { name }),
    base,
    folders,
    ports,
    freePorts: recorded?.freePorts ?? false,
    profile,
    apps: chooseApps(config.apps ?? {}, folder, portsOfServices(servicesOfProfile(profile), ports)),
    engines,
    ...(vault ? { externalVault: vault } : {}),
    awaitsRestart: running ? differences(running, configured) : [],
    offline: isOn(surroundings.env, "DEVSTACK_OFFLINE"),
    account: await engineAccount(surroundings.uid),
    faults: [],
  };
}

type Restartable = Pick<Stack, "ports" | "engines" | "externalVault">;

/** The keys of the configuration that a stack was started with otherwise than they are now. */
function differences(running: Restartable, configured: Restartable): readonly string[] {
  const names = { ports: "ports", engines: "engines", externalVault: "vault" } as const;
  return (Object.keys(names) as (keyof Restartable)[])
    .filter((key) => !isDeepStrictEqual(running[key], configured[key]))
    .map((key) => names[key]);
}

/** Makes the folders that all stacks lie in, open as far as the engines' account has to pass through them. */
export async function establishBase({
  base,
  account,
}: Pick<Stack, "base" | "account">): Promise<void> {
  await explainingFaults(base, async () => {
    // A cache that is there may be shared, or somebody else's to read: it stays as it is.
    if (!(await exists(base.cache))) await ensureFolder(base.cache, { mode: 0o755 });
    await ensureFolder(base.state, { mode: passageMode(account) });
    await ensureFolder(base.config, { mode: 0o700 });
  });
}

/** Engines of another uid pass through a stack's folders on the way to their own. */
function passageMode(account: Owner | undefined): number {
  return account ? 0o711 : 0o700;
}

/**
 * Makes the stack's folders and records it; refuses folders that the engines' account can't reach.
 * @throws DS_FOLDER_UNREACHABLE, DS_FOLDER_UNWRITABLE
 */
export async function establishStack(stack: Stack): Promise<void> {
  await establishBase(stack);
  return explainingFaults(stack.base, async () => makeFolders(stack));
}

async function makeFolders(stack: Stack): Promise<void> {
  const { folders, base, account } = stack;
  for (const folder of [folders.state, folders.data, folders.run]) {
    await ensureFolder(folder, { mode: passageMode(account) });
  }
  for (const folder of [folders.logs, folders.config, folders.vault]) {
    await ensureFolder(folder, { mode: 0o700 });
  }
  if (account) await requireReachable([folders.data, folders.run, base.cache], account);
  const { awaitsRestart: _ofNow, ...record } = stack;
  await writeFileAtomically(recordFile(folders.state), `${JSON.stringify(record, undefined, 2)}\n`);
}

/** What records of an earlier version lack. */
const absentBefore = { profile: "standard", apps: [] } as const;

/** The stack that was recorded in this state folder; undefined when none was. */
export async function readStack(stateFolder: string): Promise<Stack | undefined> {
  const file = recordFile(stateFolder);
  try {
    const recorded = JSON.parse(await readFile(file, "utf8")) as Stack;
    return { ...absentBefore, ...recorded };
  } catch (error) {
    if (errnoOf(error) === "ENOENT") return undefined;
    throw appErrors.DS_STACK_UNREADABLE(`${file}: ${messageOf(error)}`, {
      hint: `remove it and run devstack up`,
      cause: error,
    });
  }
}

/** Every stack recorded under the state folder; a record that can't be read is its own stack's trouble alone. */
export async function recordedStacks(base: BaseFolders): Promise<readonly Stack[]> {
  const folders = await stackStateFolders(base);
  const stacks = folders.map(async (folder) =>
    readStack(folder).catch((error: unknown) => {
      if (error instanceof DevStackError && error.code === "DS_STACK_UNREADABLE") return undefined;
      throw error;
    }),
  );
  return (await Promise.all(stacks)).filter((stack) => stack !== undefined);
}

/** Folders under the state folder, each of them a stack's if a record lies in it. */
export async function stackStateFolders(base: BaseFolders): Promise<readonly string[]> {
  const entries = await readdir(base.state, { withFileTypes: true }).catch((error: unknown) => {
    if (errnoOf(error) === "ENOENT") return [];
    throw error;
  });
  return entries.flatMap((entry) =>
    entry.isDirectory() ? [path.join(base.state, entry.name)] : [],
  );
}

function recordFile(stateFolder: string): string {
  return path.join(stateFolder, "stack.json");
}
