import { stat } from "node:fs/promises";
import path from "node:path";
import type { BaseFolders } from "../config/folders.ts";
import { DevStackError, errnoOf, messageOf } from "../shared/errors.ts";
import { appErrors } from "./errors.ts";

/** Refuses a place for DevStack's folders that has a file on the way to it: no command can do anything there. */
export async function requireFolders(base: BaseFolders): Promise<void> {
  for (const folder of [base.cache, base.state, base.config]) {
    for (let each = folder; ; each = path.dirname(each)) {
      const found = await stat(each).catch(() => undefined); // not there, or not for us to see
      if (!found) continue;
      if (found.isDirectory()) break;
      throw unwritable(base, `${each}, on the way to ${folder}, is no folder`, undefined);
    }
  }
}

/**
 * Makes folders and files of a stack; a refusal by the system becomes an error that says what to do.
 * @throws DS_FOLDER_UNWRITABLE
 */
export async function explainingFaults(
  base: BaseFolders,
  make: () => Promise<void>,
): Promise<void> {
  try {
    await make();
  } catch (error) {
    if (error instanceof DevStackError || errnoOf(error) === undefined) throw error;
    throw unwritable(base, messageOf(error), error);
  }
}

function unwritable(base: BaseFolders, why: string, cause: unknown): DevStackError {
  const isFull = ["ENOSPC", "EDQUOT"].includes(errnoOf(cause) ?? "");
  return appErrors.DS_FOLDER_UNWRITABLE(`the stack's folders can't be made: ${why}`, {
    hint: isFull
      ? `make room on the disk of ${base.state}`
      : "make it writable, or set DEVSTACK_HOME to a folder that is",
    details: { errno: errnoOf(cause) },
    cause,
  });
}
