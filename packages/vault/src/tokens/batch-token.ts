import type { EntryCipher } from "../barrier/transaction.ts";
import type { TokenEntry } from "./token-entry.ts";

export const batchPrefix = "hvb.";
/** Associated data, so that no other ciphertext of the barrier passes as a token. */
const path = "token/batch";

/** A batch token carries its entry, encrypted by the barrier; nothing is stored. */
export function encodeBatchToken(barrier: EntryCipher, entry: TokenEntry): string {
  return (
    batchPrefix + barrier.encrypt(path, Buffer.from(JSON.stringify(entry))).toString("base64url")
  );
}

export function decodeBatchToken(barrier: EntryCipher, id: string): TokenEntry | undefined {
  const bytes = Buffer.from(id.slice(batchPrefix.length), "base64url");
  // Node reads over what is no base64: a token that may be spelled in many ways could not be told by its hash.
  if (id !== batchPrefix + bytes.toString("base64url")) return undefined;
  try {
    const plaintext = barrier.decrypt(path, bytes);
    return JSON.parse(plaintext.toString()) as TokenEntry;
  } catch {
    // Anything that does not decrypt is no token of this vault, whatever the reason.
    return undefined;
  }
}
