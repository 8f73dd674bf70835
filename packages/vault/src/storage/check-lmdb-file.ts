import { StorageDamagedError } from "./storage-damaged-error.ts";

/**
 * LMDB maps its file into memory and believes what is there: a file that was cut short kills the process without a
 * word, and a damaged page hides entries as if they had never been. So the tree is walked once before LMDB sees it.
 * Layout (little endian, format version 2): a page header is number (8 bytes), transaction (8), pad (2), flags (2),
 * lower (2) and upper (2) bound of its free space, or the number of pages of an overflow (4); then offsets of nodes.
 */
const headerBytes = 24;
const flags = { branch: 1, leaf: 2, overflow: 4, meta: 8 } as const;
const magic = 0xbeefc0de;
const formatVersion = 2;
const noPage = 0xffff_ffff_ffff_ffffn;
const deepest = 32;
/** Of a leaf's node: the value lies on pages of its own. */
const bigData = 1;
/** Of the two trees; the first is that of free pages. */
const treeAt = headerBytes + 24;
const treeBytes = 48;

interface Tree {
  readonly entries: bigint;
  readonly root: bigint;
}

interface Meta {
  readonly pageBytes: number;
  readonly transaction: bigint;
  readonly trees: readonly Tree[];
}

/** Throws StorageDamagedError, with the first thing that is wrong. */
export function checkLmdbFile(file: string, bytes: Buffer): void {
  new Checker(file, bytes).check();
}

class Checker {
  readonly #file: string;
  readonly #bytes: Buffer;
  #pageBytes = 0;
  #last: Buffer | undefined;
  #ordered = false;

  constructor(file: string, bytes: Buffer) {
    this.#file = file;
    this.#bytes = bytes;
  }

  check(): void {
    const first = this.#meta(0);
    this.#pageBytes = first.pageBytes;
    const second = this.#meta(first.pageBytes);
    const meta = first.transaction >= second.transaction ? first : second;
    for (const [index, { root, entries }] of meta.trees.entries()) {
      this.#last = undefined;
      // The keys of the tree of free pages are numbers, which are not in the order of their bytes.
      this.#ordered = index === 1;
      const found = root === noPage ? 0 : this.#count(Number(root), 0);
      if (BigInt(found) !== entries) this.#fail(`it holds ${found} entries instead of ${entries}`);
    }
  }

  #meta(at: number): Meta {
    if (this.#bytes.length < at + headerBytes + 144) this.#fail("it ends in its head");
    const page = this.#bytes.subarray(at);
    const isMeta =
      page.readUInt16LE(18) === flags.meta &&
      page.readUInt32LE(headerBytes) === magic &&
      page.readUInt32LE(headerBytes + 4) === formatVersion;
    const pageBytes = page.readUInt32LE(treeAt);
    if (!isMeta || pageBytes < 256 || pageBytes > 65_536 || (at !== 0 && pageBytes !== at))
      this.#fail("its head is not one of LMDB's");
    return {
      pageBytes,
      transaction: page.readBigUInt64LE(treeAt + 2 * treeBytes + 8),
      trees: [0, 1].map((index) => ({
        entries: page.readBigUInt64LE(treeAt + index * treeBytes + 32),
        root: page.readBigUInt64LE(treeAt + index * treeBytes + 40),
      })),
    };
  }

  /** Entries under a page; every key has to come after the one before it. */
  #count(number: number, depth: number): number {
    const page = this.#page(number);
    const kind = page.readUInt16LE(18) & ~0x10;
    if (depth > deepest || (kind !== flags.branch && kind !== flags.leaf))
      this.#fail(`page ${number} is no part of the tree`);
    const [lower, upper] = [page.readUInt16LE(20), page.readUInt16LE(22)];
    if (lower > upper || headerBytes + upper > this.#pageBytes)
      this.#fail(`page ${number} has no sense`);
    let entries = 0;
    for (let index = 0; index < lower / 2; index += 1) {
      const at = headerBytes + page.readUInt16LE(headerBytes + index * 2);
      if (at < headerBytes + upper || at + 8 > this.#pageBytes)
        this.#fail(`page ${number} has no sense`);
      entries += kind === flags.leaf ? this.#leaf(page, at, number) : this.#branch(page, at, depth);
    }
    return entries;
  }

  #branch(page: Buffer, at: number, depth: number): number {
    return this.#count(page.readUIntLE(at, 6), depth + 1);
  }

  #leaf(page: Buffer, at: number, number: number): number {
    const size = page.readUInt32LE(at);
    const keyEnd = at + 8 + page.readUInt16LE(at + 6);
    const big = (page.readUInt16LE(at + 4) & bigData) !== 0;
    if (keyEnd + (big ? headerBytes : size) > this.#pageBytes)
      this.#fail(`page ${number} has no sense`);
    const key = page.subarray(at + 8, keyEnd);
    if (this.#ordered && this.#last !== undefined && Buffer.compare(this.#last, key) >= 0)
      this.#fail(`page ${number} is out of order`);
    this.#last = key;
    if (big) this.#overflow(page, keyEnd, size);
    return 1;
  }

  #overflow(page: Buffer, at: number, size: number): void {
    const number = Number(page.readBigUInt64LE(at));
    const pages = Math.ceil((headerBytes + size) / this.#pageBytes);
    const head = this.#page(number);
    const fits = (number + pages) * this.#pageBytes <= this.#bytes.length;
    if ((head.readUInt16LE(18) & flags.overflow) === 0 || !fits)
      this.#fail(`page ${number} is no part of the tree`);
  }

  #page(number: number): Buffer {
    const start = number * this.#pageBytes;
    const page = this.#bytes.subarray(start, start + this.#pageBytes);
    if (page.length < this.#pageBytes) this.#fail(`it ends before page ${number}`);
    if (page.readBigUInt64LE(0) !== BigInt(number)) this.#fail(`page ${number} is another one`);
    return page;
  }

  #fail(why: string): never {
    throw new StorageDamagedError(this.#file, why);
  }
}
