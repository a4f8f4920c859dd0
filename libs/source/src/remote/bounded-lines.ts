const newline = 10;

/**
 * Splits bytes into lines, however the bytes are cut. A line beyond `maxBytes` is skipped and counted: a git host may
 * send one without an end, so nothing of it is kept and no byte is looked at twice.
 */
export class BoundedLines {
  readonly #onLine: (line: Buffer) => void;
  readonly #kept: Buffer;
  #keptBytes = 0;
  #isTooLong = false;
  #skipped = 0;

  /** @param onLine gets each line without its end; the bytes are valid only during the call */
  constructor(maxBytes: number, onLine: (line: Buffer) => void) {
    this.#kept = Buffer.allocUnsafe(maxBytes);
    this.#onLine = onLine;
  }

  /** Lines that were too long, an unfinished one included. */
  get skipped(): number {
    return this.#skipped + Number(this.#isTooLong);
  }

  push(chunk: Uint8Array): void {
    const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    let start = 0;
    for (let end = bytes.indexOf(newline); end >= 0; end = bytes.indexOf(newline, start)) {
      this.#end(bytes.subarray(start, end));
      start = end + 1;
    }
    this.#keep(bytes.subarray(start));
  }

  #end(piece: Buffer): void {
    this.#keep(piece);
    const [line, isTooLong] = [this.#kept.subarray(0, this.#keptBytes), this.#isTooLong];
    this.#keptBytes = 0;
    this.#isTooLong = false;
    if (isTooLong) this.#skipped++;
    else this.#onLine(line);
  }

  #keep(piece: Buffer): void {
    if (this.#keptBytes + piece.length > this.#kept.length) this.#isTooLong = true;
    if (this.#isTooLong) return;
    this.#keptBytes += piece.copy(this.#kept, this.#keptBytes);
  }
}
