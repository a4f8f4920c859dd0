const smallestBytes = 1024;
const keptBytes = 65_536;

/** Bytes that came in and have not gone out yet, addressed by their position in the whole stream. */
export class ByteWindow {
  /** Position of the first byte held. */
  start = 0;
  private buffer = Buffer.alloc(0);
  private head = 0;
  private tail = 0;

  get length(): number {
    return this.tail - this.head;
  }

  /** Goes on at another position. Only for an empty window. */
  moveTo(position: number): void {
    this.start = position;
  }

  append(bytes: Uint8Array): void {
    if (this.tail + bytes.length > this.buffer.length) this.makeRoom(bytes.length);
    this.buffer.set(bytes, this.tail);
    this.tail += bytes.length;
  }

  /** A copy of the bytes before `end`, which leave the window. */
  take(end: number): Buffer {
    const taken = Buffer.from(this.buffer.subarray(this.head, this.head + end - this.start));
    this.drop(end);
    return taken;
  }

  drop(end: number): void {
    if (end <= this.start) return;
    this.head += end - this.start;
    this.start = end;
    if (this.head < this.tail) return;
    this.head = 0;
    this.tail = 0;
    if (this.buffer.length > keptBytes) this.buffer = Buffer.alloc(0);
  }

  /** Doubling keeps the copying linear however small the parts are. */
  private makeRoom(more: number): void {
    const held = this.buffer.subarray(this.head, this.tail);
    const needed = (held.length + more) * 2;
    const grown = Buffer.allocUnsafe(Math.max(needed, smallestBytes));
    grown.set(held);
    this.buffer = grown;
    this.head = 0;
    this.tail = held.length;
  }
}
