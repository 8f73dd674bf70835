import {
  closeSync,
  existsSync,
  ftruncateSync,
  openSync,
  readdirSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from "node:fs";
import path from "node:path";

export interface LogKeeperOptions {
  readonly folder: string;
  /** A log that has grown beyond this is rotated. */
  readonly limitBytes?: number;
  /** Rotated files that are kept: `<name>.log.1` is the newest. */
  readonly keptFiles?: number;
  /** Lines of each log that are kept in memory. */
  readonly keptLines?: number;
}

/** The last lines of each log, by its name; the last one may still be unfinished. */
export type LogTails = Readonly<Record<string, readonly string[]>>;

interface Followed {
  offset: number;
  rest: Buffer;
  lines: string[];
}

const pollMs = 500;
const blockBytes = 64 * 1024;

/**
 * Follows the logs in a folder, whoever writes them: keeps their last lines in memory, and rotates them. An engine goes
 * on writing to the descriptor that it was given, in append mode: so the file is copied and cut to nothing, and the
 * next write finds itself at its beginning. Nothing else runs in this process between the last look and the cut; a line
 * that another process writes in just those microseconds is lost, as with every rotation by copying.
 */
export class LogKeeper implements Disposable {
  readonly #folder: string;
  readonly #limitBytes: number;
  readonly #keptFiles: number;
  readonly #keptLines: number;
  readonly #followed = new Map<string, Followed>();
  #timer: NodeJS.Timeout | undefined;

  constructor(options: LogKeeperOptions) {
    this.#folder = options.folder;
    this.#limitBytes = options.limitBytes ?? 10 * 1024 * 1024;
    this.#keptFiles = options.keptFiles ?? 5;
    this.#keptLines = options.keptLines ?? 200;
  }

  /** Looks again and again until disposed of; what goes wrong is told and tried again. */
  start(onError: (error: unknown) => void): void {
    this.#timer = setInterval(() => {
      try {
        this.poll();
      } catch (error) {
        onError(error);
      }
    }, pollMs);
    this.#timer.unref();
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }

  /** Takes in what was written since the last look, and rotates what has become too long. */
  poll(): void {
    for (const entry of readdirSync(this.#folder)) {
      if (!entry.endsWith(".log")) continue;
      const file = path.join(this.#folder, entry);
      const { size } = statSync(file);
      const followed = this.#follow(path.basename(entry, ".log"), size);
      if (size < followed.offset) followed.offset = 0; // somebody else cut it
      if (size > followed.offset) this.#takeIn(followed, file);
      if (size <= this.#limitBytes) continue;
      this.#rotate(file);
      this.#takeIn(followed, `${file}.1`); // what came while it was copied
      followed.offset = 0;
    }
  }

  tails(): LogTails {
    return Object.fromEntries(
      [...this.#followed].map(([name, { lines, rest }]) => [
        name,
        rest.length === 0 ? lines : [...lines, rest.toString()],
      ]),
    );
  }

  /** A log that is found long already is followed from its last block. */
  #follow(name: string, size: number): Followed {
    const known = this.#followed.get(name);
    if (known) return known;
    const followed = { offset: Math.max(0, size - blockBytes), rest: Buffer.alloc(0), lines: [] };
    this.#followed.set(name, followed);
    return followed;
  }

  #takeIn(followed: Followed, file: string): void {
    const descriptor = openSync(file, "r");
    try {
      for (const block of blocks(descriptor, followed.offset)) {
        followed.offset += block.length;
        const lines = Buffer.concat([followed.rest, block]);
        const end = lines.lastIndexOf("\n") + 1;
        followed.rest = Buffer.from(lines.subarray(end).subarray(-blockBytes));
        if (end === 0) continue;
        const whole = lines.toString("utf8", 0, end - 1).split("\n");
        followed.lines = [...followed.lines, ...whole].slice(-this.#keptLines);
      }
    } finally {
      closeSync(descriptor);
    }
  }

  /** A kill in the middle leaves lines twice rather than not at all. */
  #rotate(file: string): void {
    const copying = `${file}.copying`;
    const from = openSync(file, "r+");
    const to = openSync(copying, "w", 0o600);
    try {
      let copied = 0;
      const copy = (): void => {
        for (const block of blocks(from, copied)) copied += writeSync(to, block);
      };
      copy();
      rmSync(`${file}.${this.#keptFiles}`, { force: true });
      for (let number = this.#keptFiles - 1; number >= 1; number -= 1) {
        const older = `${file}.${number}`;
        if (existsSync(older)) renameSync(older, `${file}.${number + 1}`);
      }
      renameSync(copying, `${file}.1`);
      copy();
      ftruncateSync(from, 0);
    } finally {
      closeSync(to);
      closeSync(from);
    }
  }
}

/** What the file holds from an offset to its end. A block is used before the next one is read. */
function* blocks(descriptor: number, offset: number): Generator<Buffer> {
  const buffer = Buffer.alloc(blockBytes);
  for (let position = offset; ;) {
    const bytes = readSync(descriptor, buffer, 0, buffer.length, position);
    if (bytes === 0) return;
    position += bytes;
    yield buffer.subarray(0, bytes);
  }
}
