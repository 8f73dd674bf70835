import { createHash } from "node:crypto";
import { readFile, stat } from "node:fs/promises";
import path from "node:path";
import { readFileIfPresent, writeFileAtomically } from "../shared/files.ts";
import { parseOsRelease } from "./distribution.ts";
import type { EngineInstallation, EngineRequirement, ToolchainOptions } from "./engine.ts";

/** What was chosen, and what it was chosen for: anything else must be chosen anew. */
interface RecordedChoice {
  readonly for: string;
  readonly installation: EngineInstallation;
  /** Size and time of each program, to notice one that was replaced. */
  readonly programs: Readonly<Record<string, ProgramStamp>>;
}

interface ProgramStamp {
  readonly sizeBytes: number;
  readonly changedMs: number;
}

function choiceFile(cacheFolder: string, engine: string): string {
  return path.join(cacheFolder, "engines", `${engine}.json`);
}

/** Digest of all that decides which engine serves: what is asked for, what the user set, and the system's release. */
export async function choiceKey(
  requirement: EngineRequirement,
  options: ToolchainOptions,
): Promise<string> {
  const release = parseOsRelease(await readFile("/etc/os-release", "utf8").catch(() => ""));
  const { name } = requirement;
  const decides = [
    1, // the format of the recorded choice
    requirement,
    options.explicitPaths?.[name] ?? null,
    options.packages?.[name] ?? null,
    options.aptSources ?? null,
    [process.platform, process.arch, release["ID"], release["VERSION_ID"]],
  ];
  return createHash("sha256").update(JSON.stringify(decides)).digest("hex");
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
    const text = await readFileIfPresent(choiceFile(options.cacheFolder, requirement.name));
    if (text === undefined) return undefined;
    const choice = JSON.parse(text) as RecordedChoice;
    if (choice.for !== key) return undefined;
    const now = await stampPrograms(choice.installation);
    const isSame = Object.entries(choice.programs).every(
      ([name, stamp]) =>
        now[name]?.sizeBytes === stamp.sizeBytes && now[name].changedMs === stamp.changedMs,
    );
    return isSame ? choice.installation : undefined;
  } catch (error) {
    options.log?.(
      `${requirement.name}: choosing anew, the recorded choice is of no use: ${String(error)}`,
    );
    return undefined;
  }
}

export async function writeChoice(
  installation: EngineInstallation,
  options: ToolchainOptions,
  key: string,
): Promise<void> {
  const programs = await stampPrograms(installation);
  const choice: RecordedChoice = { for: key, installation, programs };
  const file = choiceFile(options.cacheFolder, installation.engine);
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
