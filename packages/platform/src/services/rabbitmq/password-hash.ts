import { createHash } from "node:crypto";

/** RabbitMQ keeps base64 of four bytes of salt, then SHA-256 of salt and password. */
export function isHashOf(kept: string, password: string): boolean {
  const bytes = Buffer.from(kept, "base64");
  const salted = createHash("sha256").update(bytes.subarray(0, 4)).update(password).digest();
  return bytes.subarray(4).equals(salted);
}
