import path from "node:path";
import { definitions } from "../services/registry.ts";
import { ensureFolder, readFileIfPresent, writeFileAtomically } from "../shared/files.ts";
import type { EngineInstallation } from "../toolchain/engine.ts";
import type { Stack } from "./stack.ts";

/** "postgresql 15.18 (prefix)"; a stand-in goes by its own name. */
export function engineText({ product, version, provider }: EngineInstallation): string {
  return `${product} ${version} (${provider})`;
}

/** By service: "postgresql 15.18 (prefix)". */
export type RecordedEngines = Readonly<Record<string, string>>;

/** Keeps what the service was started with beside the stack, for `status` to say without asking the toolchain. */
export async function recordEngine(
  stack: Stack,
  service: string,
  installation: EngineInstallation,
): Promise<void> {
  const file = recordFile(stack, service);
  const text = engineText(installation);
  if ((await readFileIfPresent(file)) === text) return;
  await ensureFolder(path.dirname(file), { mode: 0o700 });
  await writeFileAtomically(file, text);
}

export async function recordedEngines(stack: Stack): Promise<RecordedEngines> {
  const records = definitions.map(async ({ name }) => {
    const text = await readFileIfPresent(recordFile(stack, name));
    return text === undefined ? [] : [[name, text]];
  });
  return Object.fromEntries((await Promise.all(records)).flat()) as Record<string, string>;
}

function recordFile(stack: Stack, service: string): string {
  return path.join(stack.folders.state, "engines", service);
}
