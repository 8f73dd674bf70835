import { Fault } from "../../core/fault.ts";

/** ASN.1 in DER, as far as X.509 needs it: https://www.itu.int/rec/T-REC-X.690 */
export const tags = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  null: 0x05,
  oid: 0x06,
  utf8String: 0x0c,
  printableString: 0x13,
  utcTime: 0x17,
  generalizedTime: 0x18,
  sequence: 0x30,
  set: 0x31,
} as const;

function tlv(tag: number, content: Uint8Array): Buffer {
  const { length } = content;
  if (length < 0x80) return Buffer.concat([Buffer.from([tag, length]), content]);
  const bytes: number[] = [];
  for (let rest = length; rest > 0; rest = Math.floor(rest / 256)) bytes.unshift(rest % 256);
  return Buffer.concat([Buffer.from([tag, 0x80 | bytes.length, ...bytes]), content]);
}

export function sequence(...parts: readonly Uint8Array[]): Buffer {
  return tlv(tags.sequence, Buffer.concat(parts));
}

/** DER wants the elements of a set in the order of their bytes. */
export function set(...parts: readonly Uint8Array[]): Buffer {
  return tlv(tags.set, Buffer.concat(parts.toSorted((a, b) => Buffer.compare(a, b))));
}

/** An unsigned number, from big-endian bytes or a small number. */
export function integer(value: number | Uint8Array): Buffer {
  let bytes = typeof value === "number" ? numberBytes(value) : Buffer.from(value);
  while (bytes.length > 1 && bytes[0] === 0) bytes = bytes.subarray(1);
  return tlv(
    tags.integer,
    (bytes[0] ?? 0) >= 0x80 ? Buffer.concat([Buffer.from([0]), bytes]) : bytes,
  );
}

function numberBytes(value: number): Buffer {
  const bytes = Buffer.alloc(6);
  bytes.writeUIntBE(value, 0, 6);
  return bytes;
}

export function boolean(value: boolean): Buffer {
  return tlv(tags.boolean, Buffer.from([value ? 0xff : 0]));
}

export function octetString(content: Uint8Array): Buffer {
  return tlv(tags.octetString, content);
}

/** Whole bytes. */
export function bitString(content: Uint8Array): Buffer {
  return tlv(tags.bitString, Buffer.concat([Buffer.from([0]), content]));
}

/** Named bits, the first being bit 0; zeros at the end are left out. */
export function namedBits(bits: ReadonlySet<number>): Buffer {
  const last = Math.max(-1, ...bits);
  if (last < 0) return tlv(tags.bitString, Buffer.from([0]));
  const bytes = Buffer.alloc(Math.floor(last / 8) + 1);
  for (const bit of bits) {
    const index = Math.floor(bit / 8);
    bytes[index] = (bytes[index] ?? 0) | (0x80 >> (bit % 8));
  }
  return tlv(tags.bitString, Buffer.concat([Buffer.from([7 - (last % 8)]), bytes]));
}

/** From the dotted form. */
export function oid(dotted: string): Buffer {
  const [first = 0, second = 0, ...rest] = dotted.split(".").map(Number);
  const bytes = [first * 40 + second, ...rest].flatMap((part) => {
    const groups = [part % 128];
    for (let left = Math.floor(part / 128); left > 0; left = Math.floor(left / 128)) {
      groups.unshift((left % 128) | 0x80);
    }
    return groups;
  });
  return tlv(tags.oid, Buffer.from(bytes));
}

export function nothing(): Buffer {
  return tlv(tags.null, Buffer.alloc(0));
}

/** A PrintableString where the text allows it, else UTF-8. */
export function directoryString(text: string): Buffer {
  return /^[A-Za-z0-9 '()+,\-./:=?]*$/.test(text)
    ? tlv(tags.printableString, Buffer.from(text, "latin1"))
    : tlv(tags.utf8String, Buffer.from(text));
}

/** What an IA5String holds: ASCII. Throws a 400 fault for other text, which would become other letters in one byte each. */
export function ia5Bytes(text: string): Buffer {
  if (/^\p{ASCII}*$/u.test(text)) return Buffer.from(text, "latin1");
  throw Fault.badRequest(`${JSON.stringify(text)} cannot be encoded as an IA5String`);
}

/** RFC 5280 4.1.2.5: UTCTime through the year 2049, GeneralizedTime after it. */
export function time(date: Date): Buffer {
  const digits = `${date.toISOString().slice(0, 19).replaceAll(/[-:T]/g, "")}Z`;
  return date.getUTCFullYear() < 2050
    ? tlv(tags.utcTime, Buffer.from(digits.slice(2)))
    : tlv(tags.generalizedTime, Buffer.from(digits));
}

/** [n] around one or more whole elements. */
export function explicit(number: number, ...parts: readonly Uint8Array[]): Buffer {
  return tlv(0xa0 | number, Buffer.concat(parts));
}

/** [n] in place of a primitive's own tag. */
export function implicit(number: number, content: Uint8Array): Buffer {
  return tlv(0x80 | number, content);
}
