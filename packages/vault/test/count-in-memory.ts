import { closeSync, openSync, readFileSync, readSync } from "node:fs";

const pieceBytes = 16 * 1024 * 1024;

/** How often bytes are found in what another process has in its memory (Linux). */
export function countInMemory(pid: number, wanted: Buffer): number {
  const memory = openSync(`/proc/${pid}/mem`, "r");
  const piece = Buffer.alloc(pieceBytes);
  let count = 0;
  try {
    for (const line of readFileSync(`/proc/${pid}/maps`, "utf8").split("\n")) {
      const [, start = "", end = ""] = /^([0-9a-f]+)-([0-9a-f]+) rw/.exec(line) ?? [];
      for (
        let at = Number(`0x${start}`);
        start !== "" && at < Number(`0x${end}`);
        at += pieceBytes
      ) {
        const size = Math.min(pieceBytes, Number(`0x${end}`) - at);
        count += occurrences(piece.subarray(0, readSync(memory, piece, 0, size, at)), wanted);
      }
    }
  } finally {
    closeSync(memory);
  }
  return count;
}

function occurrences(bytes: Buffer, wanted: Buffer): number {
  let count = 0;
  for (let at = bytes.indexOf(wanted); at !== -1; at = bytes.indexOf(wanted, at + 1)) count += 1;
  return count;
}
