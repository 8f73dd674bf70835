/** Exit codes of the command line; the one place where they are named. */
export const exitCodes = {
  done: 0,
  failed: 1,
  usage: 2,
  partlyDone: 3,
  conflict: 4,
  notReady: 5,
  integrity: 6,
  interrupted: 130,
} as const;

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

export interface ErrorOptions {
  /** The next command to type, or what to change. */
  readonly hint?: string;
  /** The values involved, for `--json`. Never a secret. */
  readonly details?: Readonly<Record<string, unknown>>;
  readonly cause?: unknown;
}

/** What every fault that a user can meet is reported as; it crosses the control socket as JSON. */
export class DevStackError extends Error {
  readonly code: string;
  readonly exit: ExitCode;
  readonly hint: string | undefined;
  readonly details: Readonly<Record<string, unknown>>;

  constructor(code: string, exit: ExitCode, message: string, options: ErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = "DevStackError";
    this.code = code;
    this.exit = exit;
    this.hint = options.hint;
    this.details = options.details ?? {};
  }

  toJSON(): SerialisedError {
    const { code, exit, message, hint, details } = this;
    return { code, exit, message, ...(hint === undefined ? {} : { hint }), details };
  }

  static fromJSON(from: SerialisedError): DevStackError {
    return new DevStackError(from.code, from.exit, from.message, {
      ...(from.hint === undefined ? {} : { hint: from.hint }),
      details: from.details,
    });
  }
}

export interface SerialisedError {
  readonly code: string;
  readonly exit: ExitCode;
  readonly message: string;
  readonly hint?: string;
  readonly details: Readonly<Record<string, unknown>>;
}

export interface ErrorEntry {
  readonly exit: ExitCode;
  /** One sentence for the reference page. */
  readonly summary: string;
}

type ErrorFactory = (message: string, options?: ErrorOptions) => DevStackError;

/**
 * A module's error table: each key is a stable code and becomes the factory of its error, so that the table, the
 * reference page and the exit codes can't drift apart.
 */
export function defineErrors<Code extends `DS_${string}`>(
  entries: Readonly<Record<Code, ErrorEntry>>,
): Readonly<Record<Code, ErrorFactory>> {
  const factories = Object.entries<ErrorEntry>(entries).map(([code, entry]) => [
    code,
    (message: string, options?: ErrorOptions) =>
      new DevStackError(code, entry.exit, message, options),
  ]);
  return Object.fromEntries(factories) as Record<Code, ErrorFactory>;
}

/** What a caught value says of itself, in one line. */
export function messageOf(thrown: unknown): string {
  if (thrown instanceof AggregateError && thrown.message === "") {
    return thrown.errors.map(messageOf).join("; ");
  }
  return thrown instanceof Error ? thrown.message : String(thrown);
}

/** What was thrown as an error of ours: a full disk may come anywhere, and what else nobody foresaw is DS_INTERNAL. */
export function toDevStackError(thrown: unknown): DevStackError {
  if (thrown instanceof DevStackError) return thrown;
  const errno = errnoOf(thrown);
  const isFull = errno === "ENOSPC" || errno === "EDQUOT";
  return new DevStackError(
    isFull ? "DS_DISK_FULL" : "DS_INTERNAL",
    exitCodes.failed,
    isFull ? `there is no room on a disk: ${messageOf(thrown)}` : messageOf(thrown),
    { cause: thrown, ...(isFull ? { hint: "devstack doctor says which; make room there" } : {}) },
  );
}

/** The errno name of a failed system call (`ENOENT`, `EADDRINUSE` …), if it is one. */
export function errnoOf(thrown: unknown): string | undefined {
  if (!(thrown instanceof Error) || !("code" in thrown)) return undefined;
  return typeof thrown.code === "string" ? thrown.code : undefined;
}
