import path from "node:path";
import type { BaseFolders } from "../config/folders.ts";
import { DevStackError, type SerialisedError } from "../shared/errors.ts";
import { readStack, stackStateFolders } from "./stack.ts";
import { status } from "./status.ts";

export interface StackSummary {
  readonly id: string;
  /** The project's folder; undefined where the record can't be read. */
  readonly folder?: string;
  readonly name?: string;
  readonly running: boolean;
  /** How many services are ready. */
  readonly ready: number;
  /** Made by a test, which throws it away. */
  readonly throwaway: boolean;
  /** Why nothing more is known of it. */
  readonly error?: SerialisedError;
}

/** The stacks of this user on this machine, with what each of their daemons says. */
export async function listStacks(base: BaseFolders): Promise<readonly StackSummary[]> {
  const folders = await stackStateFolders(base);
  const summaries = await Promise.all(folders.toSorted().map(summarise));
  return summaries.filter((summary) => summary !== undefined);
}

async function summarise(stateFolder: string): Promise<StackSummary | undefined> {
  try {
    const stack = await readStack(stateFolder);
    if (!stack) return undefined;
    const { running, instances } = await status(stack);
    const ready = instances.filter((one) => one.state === "ready").map((one) => one.service);
    return {
      id: stack.id,
      folder: stack.folder,
      ...(stack.name === undefined ? {} : { name: stack.name }),
      running,
      ready: new Set(ready).size,
      throwaway: stack.throwawayOf !== undefined,
    };
  } catch (error) {
    if (!(error instanceof DevStackError)) throw error;
    const id = path.basename(stateFolder);
    return { id, running: false, ready: 0, throwaway: false, error: error.toJSON() };
  }
}
