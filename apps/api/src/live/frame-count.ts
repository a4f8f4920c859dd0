/** Longest head of a frame: two bytes, a length of eight, a mask of four. */
const longestHead = 14;

/** Reads what WebSocket frames (RFC 6455, 5.2) begin in a stream of bytes, of whatever kind they are. */
export class FrameCount {
  /** Frames that have begun. */
  frames = 0;
  /** Frames of the message that is under way, when its last frame has not come yet. Control frames may come in between. */
  fragments = 0;
  private readonly head = Buffer.alloc(longestHead);
  private headBytes = 0;
  private payloadLeft = 0;

  read(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length; ) {
      if (this.payloadLeft > 0) {
        const skipped = Math.min(this.payloadLeft, bytes.length - at);
        this.payloadLeft -= skipped;
        at += skipped;
        continue;
      }
      this.head[this.headBytes++] = bytes[at++]!;
      if (this.headBytes === 1) this.begin(this.head[0]!);
      if (this.headBytes < 2 || this.headBytes < this.wholeHeadBytes()) continue;
      this.payloadLeft = this.payloadBytes();
      this.headBytes = 0;
    }
  }

  private begin(first: number): void {
    this.frames++;
    const [isLast, isControl] = [(first & 0x80) !== 0, (first & 0x08) !== 0];
    if (!isControl) this.fragments = isLast ? 0 : this.fragments + 1;
  }

  private wholeHeadBytes(): number {
    const second = this.head[1]!;
    const longer = { 126: 2, 127: 8 }[second & 0x7f] ?? 0;
    return 2 + longer + ((second & 0x80) === 0 ? 0 : 4);
  }

  private payloadBytes(): number {
    const short = this.head[1]! & 0x7f;
    if (short === 127) return Number(this.head.readBigUInt64BE(2));
    return short === 126 ? this.head.readUInt16BE(2) : short;
  }
}
