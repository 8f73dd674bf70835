import { tags } from "./der.ts";

/** The bytes are no DER, or not the structure that was expected. */
export class DerError extends Error {
  override readonly name = "DerError";
}

/** One element that was read: its tag, what is in it, and all of its bytes. */
export class DerElement {
  readonly tag: number;
  readonly content: Buffer;
  /** With tag and length: what a signature covers. */
  readonly whole: Buffer;

  private constructor(tag: number, content: Buffer, whole: Buffer) {
    this.tag = tag;
    this.content = content;
    this.whole = whole;
  }

  /** Throws DerError unless the bytes are exactly one element. */
  static parse(bytes: Buffer): DerElement {
    const element = DerElement.#first(bytes);
    if (element.whole.length !== bytes.length) throw new DerError("there is more after the end");
    return element;
  }

  static #first(bytes: Buffer): DerElement {
    const [tag, short] = bytes;
    if (tag === undefined || short === undefined || (tag & 0x1f) === 0x1f)
      throw new DerError("an element is cut off");
    let length = short;
    let header = 2;
    if (short >= 0x80) {
      const size = short & 0x7f;
      if (size === 0 || size > 4 || bytes.length < 2 + size)
        throw new DerError("an element has a bad length");
      length = bytes.readUIntBE(2, size);
      header = 2 + size;
    }
    if (bytes.length < header + length) throw new DerError("an element is cut off");
    return new DerElement(
      tag,
      bytes.subarray(header, header + length),
      bytes.subarray(0, header + length),
    );
  }

  children(): DerElement[] {
    const found: DerElement[] = [];
    for (let rest = this.content; rest.length > 0;) {
      const element = DerElement.#first(rest);
      found.push(element);
      rest = rest.subarray(element.whole.length);
    }
    return found;
  }

  /** The children, of which there must be so many at least. */
  parts(atLeast: number): DerElement[] {
    const found = this.children();
    if (found.length < atLeast) throw new DerError("a structure lacks parts");
    return found;
  }

  oid(): string {
    if (this.tag !== tags.oid || this.content.length === 0)
      throw new DerError("expected an object identifier");
    const parts: number[] = [];
    let value = 0;
    for (const byte of this.content) {
      value = value * 128 + (byte & 0x7f);
      if (byte >= 0x80) continue;
      parts.push(value);
      value = 0;
    }
    const [head = 0, ...rest] = parts;
    const first = Math.min(2, Math.floor(head / 40));
    return [first, head - first * 40, ...rest].join(".");
  }

  /** The bytes of a bit string of whole bytes. */
  bits(): Buffer {
    if (this.tag !== tags.bitString || this.content[0] !== 0)
      throw new DerError("expected a bit string");
    return this.content.subarray(1);
  }

  text(): string {
    return this.content.toString(this.tag === tags.utf8String ? "utf8" : "latin1");
  }
}
