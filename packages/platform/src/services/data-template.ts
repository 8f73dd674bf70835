import { execFile } from "node:child_process";
import { createHash, randomUUID } from "node:crypto";
import { readdir, rename, rm } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";
import { errnoOf } from "../shared/errors.ts";
import { ensureFolder, exists, type Owner, syncFolder, syncTree } from "../shared/files.ts";
import { acquireLock } from "../shared/lock.ts";
import type { EngineInstallation } from "../toolchain/engine.ts";

/** Raised when what DevStack puts into a template changes, so that templates of before are not taken. */
const format = 1;

const run = promisify(execFile);

/** By platform: how cp copies everything, without copying a byte where the file system can share them. */
const cloning: Readonly<Record<string, readonly string[]>> = {
  linux: ["-R", "--preserve=mode,timestamps", "--reflink=auto"],
  darwin: ["-R", "-p", "-c"],
};

export interface TemplateRequest {
  readonly cache: string;
  readonly engine: EngineInstallation;
  /** Who the engine runs as; a template is handed to no account: an engine could change what others start from. */
  readonly account: Owner | undefined;
  /** Fills the empty folder, which belongs to the account. What is the same for every stack, and no secret. */
  readonly fill: (folder: string) => Promise<void>;
}

export function templateFolder(cache: string): string {
  return path.join(cache, "templates");
}

/** Where the template of this build of the engine lies, made or not. */
export function templateOf(cache: string, engine: EngineInstallation): string {
  return path.join(templateFolder(cache), nameOf(engine));
}

/**
 * The folder of data as this build of the engine initialises it, made where there is none. It has its name only when
 * it is whole, and never changes then. Undefined where the cache is another user's: then nothing is kept.
 */
export async function provideTemplate(request: TemplateRequest): Promise<string | undefined> {
  const folder = templateFolder(request.cache);
  const template = templateOf(request.cache, request.engine);
  try {
    if (!(await exists(folder))) await ensureFolder(folder, { mode: 0o755 });
    if (!(await exists(template))) {
      await using _lock = await acquireLock(`${template}.lock`);
      if (!(await exists(template))) await make(template, request); // or another stack was faster
    }
    await readdir(template); // one that another user made is shut
  } catch (error) {
    if (["EACCES", "EPERM", "EROFS", "ENOTDIR"].includes(errnoOf(error) ?? "")) return undefined;
    throw error;
  }
  return template;
}

/** Fills `folder`, which is there and empty, with a copy that belongs to the account. */
export async function cloneTemplate(
  template: string,
  folder: string,
  account: Owner | undefined,
): Promise<void> {
  await run("cp", [...(cloning[process.platform] ?? ["-R", "-p"]), `${template}/.`, folder]);
  if (account) await run("chown", ["-R", `${account.uid}:${account.gid}`, folder]);
}

/** A template that nothing could be made of, so that the next start makes it anew. */
export async function discardTemplate(template: string): Promise<void> {
  const away = `${template}.partial-${randomUUID()}`;
  await rename(template, away); // whole or not there
  await rm(away, { recursive: true, force: true });
}

async function make(template: string, { account, fill }: TemplateRequest): Promise<void> {
  const folder = path.dirname(template);
  const prefix = `${path.basename(template)}.partial-`;
  for (const name of await readdir(folder)) {
    if (!name.startsWith(prefix)) continue;
    await rm(path.join(folder, name), { recursive: true, force: true, maxRetries: 10 });
  }
  const partial = path.join(folder, prefix + randomUUID());
  await ensureFolder(partial, { mode: 0o700, owner: account });
  await fill(partial);
  if (account) await run("chown", ["-R", `${process.getuid?.()}:${process.getgid?.()}`, partial]);
  await syncTree(partial);
  await rename(partial, template);
  await syncFolder(folder);
}

/** Another build of the same version may lay out its data otherwise (page sizes, collations): it is told by its place. */
function nameOf({ product, version, provider, root, programs }: EngineInstallation): string {
  const build = JSON.stringify([format, process.platform, process.arch, provider, root, programs]);
  const digest = createHash("sha256").update(build).digest("hex").slice(0, 16);
  return `${product}-${version}-${digest}`.replaceAll(/[^\w.-]/g, "_");
}
