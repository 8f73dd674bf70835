/**
 * Shares of an unseal key in Vault's format: the share's bytes, then its x coordinate. With one share there is nothing
 * to split, and the share is the key itself. The library is loaded when a seal is first made or opened.
 */
export async function splitKey(
  key: Uint8Array,
  shares: number,
  threshold: number,
): Promise<Buffer[]> {
  if (shares === 1) return [Buffer.from(key)];
  const { split } = await import("shamir-secret-sharing");
  const parts = await split(plain(key), shares, threshold);
  return parts.map((part) => Buffer.from(part));
}

/** Throws when the shares can't belong together; wrong ones of the right form give a wrong key. */
export async function combineShares(
  shares: readonly Uint8Array[],
  threshold: number,
): Promise<Buffer> {
  const [first] = shares;
  if (threshold === 1 && first !== undefined) return Buffer.from(first);
  const { combine } = await import("shamir-secret-sharing");
  return Buffer.from(await combine(shares.map(plain)));
}

/** The library refuses a Buffer, which is a Uint8Array by another constructor. */
function plain(bytes: Uint8Array): Uint8Array {
  return Uint8Array.from(bytes);
}
