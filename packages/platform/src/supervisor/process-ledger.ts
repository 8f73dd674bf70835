import { readdir, rm } from "node:fs/promises";
import path from "node:path";
import { errnoOf } from "../shared/errors.ts";
import { ensureFolder, readFileIfPresent, writeFileAtomically } from "../shared/files.ts";
import type { ProcessIdentity } from "../shared/process-identity.ts";
import type { StopSpec } from "./process-spec.ts";

/** What is known of a process that was let run: enough to end it properly without the daemon that started it. */
export interface LedgerEntry extends ProcessIdentity {
  readonly name: string;
  readonly marker: string;
  readonly stop: StopSpec;
  /** The member that it belongs to, and what it was started with; undefined where nobody may adopt it. */
  readonly adoptable?: { readonly member: string; readonly fingerprint: string };
}

/** The identities of the stack's processes, a file each, on disk before the process may run. */
export class ProcessLedger {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  async record(entry: LedgerEntry): Promise<void> {
    await ensureFolder(this.#folder, { mode: 0o700 });
    await writeFileAtomically(this.#fileOf(entry.name), JSON.stringify(entry));
  }

  async forget(name: string): Promise<void> {
    await rm(this.#fileOf(name), { force: true });
  }

  async entries(): Promise<readonly LedgerEntry[]> {
    const files = await readdir(this.#folder).catch((error: unknown) => {
      if (errnoOf(error) === "ENOENT") return []; // nothing was ever started
      throw error;
    });
    const records = files.filter((file) => file.endsWith(".json"));
    return this.entriesOf(records.map((file) => path.basename(file, ".json")));
  }

  /** Those of these names that are there: one that is gone by now was forgotten meanwhile. */
  async entriesOf(names: readonly string[]): Promise<readonly LedgerEntry[]> {
    const texts = await Promise.all(names.map((name) => readFileIfPresent(this.#fileOf(name))));
    return texts.flatMap((text) => (text === undefined ? [] : [JSON.parse(text) as LedgerEntry]));
  }

  #fileOf(name: string): string {
    return path.join(this.#folder, `${name}.json`);
  }
}
