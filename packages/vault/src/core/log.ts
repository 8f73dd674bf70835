export const logLevels = ["trace", "debug", "info", "warn", "error"] as const;
export type LogLevel = (typeof logLevels)[number];

/** Takes one line without its end, never with a secret in it; "info" where no level is given. */
export type Log = (line: string, level?: LogLevel) => void;

/** The level that a word of Vault's means: "warning", "WARN", "err". */
export function logLevelOf(word: string): LogLevel | undefined {
  const lower = word.trim().toLowerCase();
  const meant = { warning: "warn", err: "error", notice: "info" }[lower] ?? lower;
  return logLevels.find((level) => level === meant);
}

/** Lines with time and level, less those below the level that is set. */
export class LeveledLog {
  level: LogLevel = "info";
  readonly #write: (text: string) => void;
  readonly #now: () => Date;

  constructor(write: (text: string) => void, now: () => Date) {
    this.#write = write;
    this.#now = now;
  }

  readonly log: Log = (line, level = "info") => {
    if (logLevels.indexOf(level) < logLevels.indexOf(this.level)) return;
    const shown = `[${level.toUpperCase()}]`.padEnd(7);
    this.#write(`${this.#now().toISOString()} ${shown} ${line}\n`);
  };
}
