/** Bytes that come in pieces. One block holds them, since a great many small pieces take far more memory than their bytes. */
export class GrowingBuffer {
  #block: Buffer = Buffer.alloc(0);
  #used = 0;

  get bytes(): Buffer {
    return this.#block.subarray(0, this.#used);
  }

  /** The first piece is taken as it is: most bodies have no second one. */
  append(piece: Buffer): void {
    const needed = this.#used + piece.length;
    if (this.#used === 0) this.#block = piece;
    else {
      if (needed > this.#block.length) {
        const larger = Buffer.allocUnsafe(needed * 2);
        this.bytes.copy(larger);
        this.#block = larger;
      }
      piece.copy(this.#block, this.#used);
    }
    this.#used = needed;
  }
}
