import { write, writeSync } from "node:fs";

const flushAtBytes = 64 * 1024;
const flushAfterMs = 250;
const mostBytes = 16 * 1024 * 1024;
const patienceMs = 1000;

/**
 * Log lines, gathered and written 64 KB or a quarter of a second at a time. Where nobody takes them they are dropped
 * from 16 MB on, and how many is said. What is left is written when the process ends.
 */
export class BufferedDestination {
  readonly #fd: number;
  readonly #flushOnExit = (): void => this.flushSync();
  #lines = "";
  #writing: Buffer | undefined;
  #timer: NodeJS.Timeout | undefined;
  #dropped = 0;

  constructor(fd: number) {
    this.#fd = fd;
    process.once("exit", this.#flushOnExit);
  }

  write(line: string): void {
    if (this.#lines.length > mostBytes) {
      this.#dropped++;
      return;
    }
    this.#lines += line;
    if (this.#lines.length >= flushAtBytes) this.#flush();
    else this.#timer ??= setTimeout(() => this.#flush(), flushAfterMs).unref();
  }

  /** Everything is written when this returns, unless whoever reads stands still for a second. */
  flushSync(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    // What an unfinished write was given may be written twice at the end, and is never lost.
    let rest = Buffer.concat([this.#writing ?? Buffer.alloc(0), Buffer.from(this.#taken())]);
    for (let waitedMs = 0; rest.length > 0 && waitedMs < patienceMs;) {
      const written = this.#writeSync(rest);
      if (written === undefined) return;
      rest = rest.subarray(written);
      waitedMs = written > 0 ? 0 : waitedMs + sleep(10);
    }
  }

  close(): void {
    this.flushSync();
    process.off("exit", this.#flushOnExit);
  }

  #taken(): string {
    const lines =
      this.#dropped === 0
        ? this.#lines
        : `${this.#lines}{"level":"warn","msg":"${this.#dropped} log lines were dropped"}\n`;
    this.#lines = "";
    this.#dropped = 0;
    return lines;
  }

  #flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#writing || this.#lines === "") return;
    this.#writeOn(Buffer.from(this.#taken()));
  }

  #writeOn(bytes: Buffer): void {
    this.#writing = bytes;
    write(this.#fd, bytes, (error, written) => {
      if (error && !isBusy(error)) this.#writing = undefined; // nobody reads any more
      else if (error) setTimeout(() => this.#writeOn(bytes), flushAfterMs).unref();
      else if (written < bytes.length) this.#writeOn(bytes.subarray(written));
      else {
        this.#writing = undefined;
        if (this.#lines.length >= flushAtBytes) this.#flush();
      }
    });
  }

  #writeSync(bytes: Buffer): number | undefined {
    try {
      return writeSync(this.#fd, bytes);
    } catch (error) {
      return isBusy(error) ? 0 : undefined;
    }
  }
}

/** A pipe that is full for now. */
function isBusy(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "EAGAIN";
}

/** Stops all of the process: for its end. Gives how long it was. */
function sleep(ms: number): number {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
  return ms;
}
