import { createHash } from "node:crypto";
import { readFile, stat } from "node:fs/promises";
import path from "node:path";
import { readFileIfPresent, writeFileAtomically } from "../shared/files.ts";
import { checkoutKey } from "./checkout-code.ts";
import { parseOsRelease } from "./distribution.ts";
import type { EngineInstallation, EngineRequirement, ToolchainOptions } from "./engine.ts";

/** What was chosen. The file's name tells for what, so that stacks that ask for different things don't hinder each other. */
interface RecordedChoice {
  readonly installation: EngineInstallation;
  /** Size and time of each program, to notice one that was replaced. */
  readonly programs: Readonly<Record<string, ProgramStamp>>;
}

interface ProgramStamp {
  readonly sizeBytes: number;
  readonly changedMs: number;
}

/** `<cache>/engines/<engine>-<key>.json` */
export function choiceFile(cacheFolder: string, engine: string, key: string): string {
  return path.join(cacheFolder, "engines", `${engine}-${key}.json`);
}

/** Digest (the first 16 hex digits) of all that decides which engine serves: what is asked for, what the user set, and the system's release. */
export async function choiceKey(
  requirement: EngineRequirement,
  options: ToolchainOptions,
): Promise<string> {
  const release = parseOsRelease(await readFile("/etc/os-release", "utf8").catch(() => ""));
  const { name } = requirement;
  const decides = [
    2, // the format of the recorded choice
    requirement,
    options.engines?.[name] ?? null,
    options.aptSources ?? null,
    [process.platform, process.arch, release["ID"], release["VERSION_ID"]],
    ...(await checkoutKey(requirement)),
  ];
  return createHash("sha256").update(JSON.stringify(decides)).digest("hex").slice(0, 16);
}

/**
 * The engine chosen last time, when it was chosen for the same and its programs are still the same files. A choice that
 * can't be read is none.
 */
export async function readChoice(
  requirement: EngineRequirement,
  options: ToolchainOptions,
  key: string,
): Promise<EngineInstallation | undefined> {
  try {
    return await readChoiceFile(choiceFile(options.cacheFolder, requirement.name, key));
  } catch (error) {
    options.log?.(
      `${requirement.name}: choosing anew, the recorded choice is of no use: ${String(error)}`,
    );
    return undefined;
  }
}

/** What the file records; undefined when there is none, or one of its programs is another file now. Throws on junk. */
export async function readChoiceFile(file: string): Promise<EngineInstallation | undefined> {
  const text = await readFileIfPresent(file);
  if (text === undefined) return undefined;
  const choice = JSON.parse(text) as RecordedChoice;
  const now = await stampPrograms(choice.installation);
  const isSame = Object.entries(choice.programs).every(
    ([name, stamp]) =>
      now[name]?.sizeBytes === stamp.sizeBytes && now[name].changedMs === stamp.changedMs,
  );
  return isSame ? choice.installation : undefined;
}

export async function writeChoice(
  installation: EngineInstallation,
  options: ToolchainOptions,
  key: string,
): Promise<void> {
  const programs = await stampPrograms(installation);
  const choice: RecordedChoice = { installation, programs };
  const file = choiceFile(options.cacheFolder, installation.engine, key);
  await writeFileAtomically(file, JSON.stringify(choice, undefined, 2), { mode: 0o644 });
}

async function stampPrograms(
  installation: EngineInstallation,
): Promise<Readonly<Record<string, ProgramStamp>>> {
  const stamps = Object.entries(installation.programs).map(async ([name, file]) => {
    const { size, mtimeMs } = await stat(file);
    return [name, { sizeBytes: size, changedMs: mtimeMs }] as const;
  });
  return Object.fromEntries(await Promise.all(stamps));
}
