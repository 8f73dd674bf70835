/** Into so many slots a cluster's keys fall. */
export const slotCount = 16_384;

/** CRC-16/XMODEM: polynomial 0x1021, start 0, most significant bit first (Redis Cluster specification, appendix A). */
export function crc16(bytes: Uint8Array): number {
  let crc = 0;
  for (const byte of bytes) {
    crc ^= byte << 8;
    for (let bit = 0; bit < 8; bit += 1) {
      crc = (crc & 0x8000 ? (crc << 1) ^ 0x1021 : crc << 1) & 0xffff;
    }
  }
  return crc;
}

/** The key's slot. Of a key with a tag, `a{tag}b`, only the tag counts: what is between the first `{` and the next `}`. */
export function keySlot(key: string): number {
  const open = key.indexOf("{");
  const close = open === -1 ? -1 : key.indexOf("}", open + 1);
  const tagged = close > open + 1 ? key.slice(open + 1, close) : key;
  return crc16(Buffer.from(tagged)) % slotCount;
}
