import { chmod, chown, lstat, readdir } from "node:fs/promises";
import path from "node:path";
import { instancesOf } from "../../services/definition.ts";
import { definitions } from "../../services/registry.ts";
import { errnoOf } from "../../shared/errors.ts";
import type { Owner } from "../../shared/files.ts";
import type { Stack } from "../stack.ts";
import { defineCheck, type Found } from "./check.ts";

type Code = "DS_DOCTOR_MODE_LOOSE" | "DS_DOCTOR_OWNER_WRONG";

export const folderModes = defineCheck({
  name: "modes and owners",
  codes: {
    DS_DOCTOR_MODE_LOOSE: {
      severity: "error",
      why: "other accounts of this machine may reach keys, credentials or data",
    },
    DS_DOCTOR_OWNER_WRONG: {
      severity: "error",
      why: "another account rules over it, or the service can't read it",
    },
  },
  examine: async ({ stack }) => {
    const found = await Promise.all(placesOf(stack).map(async (place) => examinePlace(place)));
    return found.flat();
  },
});

interface Place {
  readonly path: string;
  /** Permission bits that it may have at most. */
  readonly mode: number;
  readonly owner: Owner;
  /** Whether all below it must be shut to others too, files and folders. */
  readonly deep: boolean;
}

/** Everything of the stack that has to be shut. What is in a folder of 700 is out of reach by that alone. */
function placesOf(stack: Stack): readonly Place[] {
  const { base, folders } = stack;
  const own = { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 };
  const engine = stack.account ?? own;
  const passage = stack.account ? 0o711 : 0o700;
  const place = (folder: string, mode: number, owner: Owner, deep = false): Place => ({
    path: folder,
    mode,
    owner,
    deep,
  });
  const instances = definitions.flatMap(instancesOf);
  return [
    ...[folders.state, folders.data, folders.run].map((each) => place(each, passage, own)),
    ...[base.config, folders.config, folders.logs].map((each) => place(each, 0o700, own)),
    place(folders.vault, 0o700, own, true),
    ...["vault"].flatMap((name) => [
      place(path.join(folders.data, name), 0o700, own),
      place(path.join(folders.run, name), 0o700, own),
      place(path.join(folders.run, name, "tls"), 0o700, own, true),
    ]),
    ...instances.flatMap((name) => [
      place(path.join(folders.data, name), 0o700, engine),
      place(path.join(folders.run, name), 0o700, engine),
      place(path.join(folders.run, name, "tls"), 0o700, engine, true),
    ]),
  ];
}

async function examinePlace(place: Place): Promise<readonly Found<Code>[]> {
  const entry = await lstat(place.path).catch((error: unknown) => {
    if (errnoOf(error) === "ENOENT") return undefined;
    throw error;
  });
  if (!entry) return []; // the stack never came so far
  const found: Found<Code>[] = [];
  const mode = entry.mode & 0o7777;
  const wanted = entry.isDirectory() ? place.mode : place.mode & 0o666;
  if ((mode & 0o7077 & ~wanted) !== 0) {
    const octal = (mode & wanted).toString(8);
    found.push({
      code: "DS_DOCTOR_MODE_LOOSE",
      what: `${place.path} has mode ${mode.toString(8)}, ${wanted.toString(8)} is asked for`,
      command: `chmod ${octal} '${place.path}'`,
      mend: async () => chmod(place.path, mode & wanted),
    });
  }
  if (entry.uid !== place.owner.uid) {
    const { uid, gid } = place.owner;
    found.push({
      code: "DS_DOCTOR_OWNER_WRONG",
      what: `${place.path} belongs to uid ${entry.uid}, not to ${uid}`,
      command: `chown ${uid}:${gid} '${place.path}'`,
      ...(process.getuid?.() === 0 ? { mend: async () => chown(place.path, uid, gid) } : {}),
    });
  }
  if (!place.deep || !entry.isDirectory()) return found;
  const names = await readdir(place.path);
  const below = names.map(async (name) =>
    examinePlace({ ...place, path: path.join(place.path, name) }),
  );
  return [...found, ...(await Promise.all(below)).flat()];
}
