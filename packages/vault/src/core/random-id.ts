import { randomBytes } from "node:crypto";

const alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const unbiased = 256 - (256 % alphabet.length);

/** Letters and digits from the system's generator, each equally likely. */
export function randomBase62(length: number): string {
  let id = "";
  while (id.length < length) {
    for (const byte of randomBytes(length + 8)) {
      if (byte < unbiased && id.length < length) id += alphabet[byte % alphabet.length];
    }
  }
  return id;
}
