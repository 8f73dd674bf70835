import { closeSync, constants, openSync, writeSync } from "node:fs";
import { Fault } from "../core/fault.ts";
import type { Salt } from "../core/salt.ts";

/** A device as it is stored and listed. */
export interface AuditRecord {
  /** Ends in "/". */
  readonly path: string;
  readonly type: "file";
  readonly description: string;
  readonly local: boolean;
  readonly options: Readonly<Record<string, string>>;
  readonly uuid: string;
}

/** Not blocking: a pipe that nobody reads must not hold up the whole server; it counts as a device that fails. */
const flags = constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT | constants.O_NONBLOCK;

/** A file that one line a request and one a response are appended to. */
export class AuditDevice {
  readonly record: AuditRecord;
  readonly #salt: Salt;
  #descriptor: number | undefined;

  constructor(record: AuditRecord, salt: Salt) {
    this.record = record;
    this.#salt = salt;
  }

  /** `hmac-sha256:…`, as values appear in this device's entries. */
  readonly digest = (text: string): string => `hmac-sha256:${this.#salt.hash(text)}`;

  get raw(): boolean {
    return isTrue(this.record.options["log_raw"] ?? "false");
  }

  get hashesAccessors(): boolean {
    return isTrue(this.record.options["hmac_accessor"] ?? "true");
  }

  /** Throws what the system says when it can't be opened. */
  open(): void {
    const { file_path: path = "", mode = "0600" } = this.record.options;
    if (path === "stdout") this.#descriptor = process.stdout.fd;
    else if (path !== "discard")
      this.#descriptor ??= openSync(path, flags, Number.parseInt(mode, 8));
  }

  /** In one piece, or it throws; a file that could not be written is opened anew the next time. */
  write(entry: object): void {
    if (this.record.options["file_path"] === "discard") return;
    const line = Buffer.from(`${this.record.options["prefix"] ?? ""}${JSON.stringify(entry)}\n`);
    try {
      this.open();
      for (let at = 0; at < line.length;)
        at += writeSync(this.#descriptor ?? -1, line, at, line.length - at);
    } catch (error) {
      this.close();
      throw error;
    }
  }

  close(): void {
    const descriptor = this.#descriptor;
    this.#descriptor = undefined;
    if (descriptor !== undefined && descriptor > 2) closeSync(descriptor);
  }
}

/** Throws a 400 fault for options that mean nothing. */
export function checkAuditOptions(options: Readonly<Record<string, string>>): void {
  if ((options["file_path"] ?? options["path"] ?? "") === "")
    throw Fault.badRequest("file_path is required");
  if ((options["format"] ?? "json") !== "json")
    throw Fault.badRequest(`unknown format type ${JSON.stringify(options["format"])}`);
  if (!/^0?[0-7]{3}$/.test(options["mode"] ?? "0600"))
    throw Fault.badRequest(`invalid file mode ${JSON.stringify(options["mode"])}`);
  for (const name of ["log_raw", "hmac_accessor"]) {
    const value = options[name];
    if (value !== undefined && !/^(1|t|true|0|f|false)$/i.test(value))
      throw Fault.badRequest(`invalid value for ${name}: ${JSON.stringify(value)}`);
  }
}

function isTrue(text: string): boolean {
  return /^(1|t|true)$/i.test(text);
}
