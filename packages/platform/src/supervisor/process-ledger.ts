import { readdir, rm } from "node:fs/promises";
import path from "node:path";
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
    await ensureFolder(this.#folder, { mode: 0o700 });
    const files = (await readdir(this.#folder)).filter((file) => file.endsWith(".json"));
    const entries = files.map(async (file) => {
      // One that is gone by now was forgotten meanwhile: members come and go side by side.
      const text = await readFileIfPresent(path.join(this.#folder, file));
      return text === undefined ? [] : [JSON.parse(text) as LedgerEntry];
    });
    return (await Promise.all(entries)).flat();
  }

  #fileOf(name: string): string {
    return path.join(this.#folder, `${name}.json`);
  }
}
