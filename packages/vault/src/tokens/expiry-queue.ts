import type { Transaction } from "../barrier/transaction.ts";

const prefix = "sys/expire/";
const digits = 14;

/**
 * Which tokens expire when, in the order of time: the names in the storage are the queue, so that neither the start
 * nor the memory grows with the number of tokens.
 */
export function enqueueExpiry(tx: Transaction, expires: number, hash: string): void {
  tx.put(keyOf(expires, hash), Buffer.alloc(0));
}

export function dequeueExpiry(tx: Transaction, expires: number, hash: string): void {
  tx.delete(keyOf(expires, hash));
}

/** Hashes of the tokens that expired by a time, oldest first, and when the next one does. */
export function expiredBy(
  tx: Transaction,
  now: number,
): { due: string[]; next: number | undefined } {
  const due: string[] = [];
  for (const folder of tx.list(prefix)) {
    const time = Number(folder.slice(0, digits));
    if (time > now) return { due, next: time };
    due.push(...tx.list(prefix + folder));
  }
  return { due, next: undefined };
}

function keyOf(expires: number, hash: string): string {
  return `${prefix}${String(expires).padStart(digits, "0")}/${hash}`;
}
