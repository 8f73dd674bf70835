import { write, writeSync } from "node:fs";

const fullBytes = 64 * 1024;
const flushMs = 250;

/** Lines for a descriptor, written together. */
export class LineBuffer {
  readonly #descriptor: number;
  #lines = "";
  #writing = false;

  constructor(descriptor: number) {
    this.#descriptor = descriptor;
    setInterval(() => this.#flush(), flushMs).unref();
    process.once("exit", () => writeSync(descriptor, this.#lines));
  }

  write(line: string): void {
    this.#lines += line;
    if (this.#lines.length >= fullBytes) this.#flush();
  }

  #flush(): void {
    if (this.#writing || this.#lines === "") return;
    const lines = Buffer.from(this.#lines);
    this.#lines = "";
    this.#writing = true;
    write(this.#descriptor, lines, (error) => {
      this.#writing = false;
      if (error) throw error;
    });
  }
}
