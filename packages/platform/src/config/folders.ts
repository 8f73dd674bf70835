import { createHash } from "node:crypto";
import os from "node:os";
import path from "node:path";
import { configErrors } from "./errors.ts";

/** What decides where folders lie; the real ones come from the process, tests bring their own. */
export interface Surroundings {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly uid: number;
  readonly homeFolder: string;
}

export function surroundings(): Surroundings {
  return { env: process.env, uid: process.getuid?.() ?? -1, homeFolder: os.homedir() };
}

/** The three places that everything of DevStack's lies in. */
export interface BaseFolders {
  /** Engines and package lists; readable by the uid that engines run as. */
  readonly cache: string;
  /** A folder a stack: data, logs, run, backups. */
  readonly state: string;
  /** A folder a stack: the vault's keys, AppRoles and CA. */
  readonly config: string;
}

/**
 * Where everything lies. Rejects a name that can't be handed on: a library path has no way to write a colon or a
 * semicolon, apt's configuration none to write a quote, initdb and RabbitMQ hand their paths to a shell, and Erlang
 * takes others for patterns.
 * @throws DS_FOLDER_NAME_INVALID
 */
export function baseFolders(from: Surroundings): BaseFolders {
  const folders = placeFolders(from);
  for (const folder of [folders.cache, folders.state, folders.config]) {
    const [mark] = /["':;$`\\[\]{}*?\p{Cc}]/u.exec(folder) ?? [];
    if (mark === undefined) continue;
    throw configErrors.DS_FOLDER_NAME_INVALID(
      `${JSON.stringify(folder)} has a ${JSON.stringify(mark)} in its name, which engines can't be told`,
      { hint: "set DEVSTACK_HOME to a folder without it", details: { folder } },
    );
  }
  return folders;
}

function placeFolders({ env, uid, homeFolder }: Surroundings): BaseFolders {
  const home = env["DEVSTACK_HOME"];
  if (home) {
    const root = path.resolve(home);
    return {
      cache: path.join(root, "cache"),
      state: path.join(root, "state"),
      config: path.join(root, "config"),
    };
  }
  const place = (variable: string, forRoot: string, forUser: string): string =>
    path.join(
      env[variable]
        ? path.resolve(env[variable])
        : uid === 0
          ? forRoot
          : path.join(homeFolder, forUser),
      "devstack",
    );
  return {
    cache: place("XDG_CACHE_HOME", "/var/cache", ".cache"),
    state: place("XDG_STATE_HOME", "/var/lib", ".local/state"),
    config: place("XDG_CONFIG_HOME", "/etc", ".config"),
  };
}

export interface StackFolders extends BaseFolders {
  /** `<base>/<stack>/…`; file names below are fixed by `product.md`'s table. */
  readonly data: string;
  readonly logs: string;
  readonly run: string;
  readonly vault: string;
}

export function stackFolders(base: BaseFolders, stack: string): StackFolders {
  const state = path.join(base.state, stack);
  const config = path.join(base.config, stack);
  return {
    cache: base.cache,
    state,
    config,
    data: path.join(state, "data"),
    logs: path.join(state, "logs"),
    run: path.join(state, "run"),
    vault: path.join(config, "vault"),
  };
}

/**
 * A stack is its folder (and a name, when one folder has several): the same folder gives the same id on every start,
 * two folders of the same name never share one. Short, because socket paths have 107 bytes in all.
 */
export function stackId(folder: string, name?: string): string {
  const digest = createHash("sha256")
    .update(JSON.stringify([folder, name ?? ""]))
    .digest("hex");
  const label = (name ?? path.basename(folder))
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "-")
    .replaceAll(/^-+|-+$/g, "")
    .slice(0, 20);
  return `${label === "" ? "stack" : label}-${digest.slice(0, 8)}`;
}
