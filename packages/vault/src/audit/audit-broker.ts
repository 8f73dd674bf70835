import type { Transaction } from "../barrier/transaction.ts";
import type { Log } from "../core/log.ts";
import { Fault } from "../core/fault.ts";
import { Salt } from "../core/salt.ts";
import { AuditDevice, type AuditRecord } from "./audit-device.ts";

const storedAt = "core/audit";

function saltPrefix(record: AuditRecord): string {
  return `audit/${record.uuid}/`;
}

/** The audit devices: an entry counts as written when one of them has taken it. */
export class AuditBroker {
  readonly #log: Log;
  #devices: AuditDevice[] = [];

  constructor(log: Log) {
    this.#log = log;
  }

  get active(): boolean {
    return this.#devices.length > 0;
  }

  /** After the unsealing. A file that can't be opened now is tried again with every entry. */
  load(tx: Transaction): void {
    const stored = tx.get(storedAt);
    const records = stored === undefined ? [] : (JSON.parse(stored.toString()) as AuditRecord[]);
    this.#devices = records.map(
      (record) => new AuditDevice(record, Salt.of(tx.view(saltPrefix(record)))),
    );
  }

  /** Before the sealing: the salts go with the keys. */
  close(): void {
    this.reopen();
    this.#devices = [];
  }

  /** The next entry goes to a file of the same name, as after a rotation. */
  reopen(): void {
    for (const device of this.#devices) device.close();
  }

  list(): AuditRecord[] {
    return this.#devices.map(({ record }) => record);
  }

  at(path: string): AuditDevice | undefined {
    return this.#devices.find(({ record }) => record.path === path);
  }

  /** Throws a 400 fault where the file can't be written; in use once the transaction is durable. */
  enable(tx: Transaction, record: AuditRecord): void {
    const device = new AuditDevice(record, Salt.of(tx.view(saltPrefix(record))));
    try {
      device.open();
    } catch (error) {
      const { file_path: path = "" } = record.options;
      throw Fault.badRequest(
        `sanity check failed; unable to open ${JSON.stringify(path)} for writing: ${codeOf(error)}`,
      );
    }
    this.#store(tx, [...this.#devices, device]);
  }

  disable(tx: Transaction, path: string): void {
    const device = this.at(path);
    if (device === undefined) return;
    tx.view(saltPrefix(device.record)).clear();
    this.#store(
      tx,
      this.#devices.filter((other) => other !== device),
    );
    tx.afterCommit(() => device.close());
  }

  /** Throws a 500 fault when there are devices and none could take the entry. */
  write(entryFor: (device: AuditDevice) => object): void {
    let taken = 0;
    for (const device of this.#devices) {
      try {
        device.write(entryFor(device));
        taken += 1;
      } catch (error) {
        const { path } = device.record;
        this.#log(`audit device ${path} could not be written: ${codeOf(error)}`, "error");
      }
    }
    if (taken === 0 && this.active) throw Fault.internal("internal error");
  }

  #store(tx: Transaction, devices: AuditDevice[]): void {
    tx.put(storedAt, Buffer.from(JSON.stringify(devices.map(({ record }) => record))));
    tx.afterCommit(() => {
      this.#devices = devices;
    });
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : "not written";
}
