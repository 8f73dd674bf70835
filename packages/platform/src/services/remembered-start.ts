import { readFile } from "node:fs/promises";
import path from "node:path";
import type { StackFolders } from "../config/folders.ts";
import { ensureFolder, exists, keepFile, readFileIfPresent } from "../shared/files.ts";
import { fingerprintOf } from "../supervisor/adopt-leftovers.ts";
import type { Member } from "../supervisor/unit.ts";
import type { RenderedFile, Run } from "./definition.ts";

/** How an instance was started last: which files were rendered for it, and what its processes were started with in all. */
interface RememberedStart {
  readonly files: readonly Omit<RenderedFile, "content">[];
  readonly fingerprint: string;
}

interface Host {
  readonly folders: StackFolders;
}

export async function rememberStart(
  host: Host,
  member: Member,
  rendered: readonly RenderedFile[],
): Promise<void> {
  const fingerprint = fingerprintOf(member);
  if (fingerprint === undefined) return;
  const files = rendered.map(({ path: name, mode = 0o600 }) => ({ path: name, mode }));
  const file = recordOf(host, member.name);
  await ensureFolder(path.dirname(file), { mode: 0o700 });
  await keepFile(file, JSON.stringify({ files, fingerprint } satisfies RememberedStart));
}

/**
 * The member that `make` makes of the rendered files as they lie there, where that is in all what was started last:
 * engine, arguments, files, certificate and data folder. Whoever changed one of them meanwhile gets nothing started by it.
 */
export async function recallStart(
  host: Host,
  run: Run,
  make: (files: readonly RenderedFile[]) => Promise<Member>,
): Promise<Member | undefined> {
  const text = await readFileIfPresent(recordOf(host, run.instance));
  if (text === undefined || !(await exists(run.folders.data))) return undefined;
  const { files, fingerprint } = JSON.parse(text) as RememberedStart;
  const rendered = await Promise.all(
    files.map(async (file) => ({
      ...file,
      content: await readFile(path.join(run.folders.files, file.path), "utf8"),
    })),
  );
  const member = await make(rendered);
  return fingerprintOf(member) === fingerprint ? member : undefined;
}

/** DevStack's own, where no engine can write. */
function recordOf({ folders }: Host, instance: string): string {
  return path.join(folders.run, "starts", `${instance}.json`);
}
