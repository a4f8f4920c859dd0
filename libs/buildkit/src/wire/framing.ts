const headerBytes = 5;

/** One gRPC message: a flag byte (0: not compressed), its length, its bytes. */
export function frame(message: Uint8Array): Buffer {
  return Buffer.concat([frameHead(message.length), message]);
}

/** What stands before a message of so many bytes. */
export function frameHead(messageBytes: number): Buffer {
  const head = Buffer.alloc(headerBytes);
  head.writeUInt32BE(messageBytes, 1);
  return head;
}

/** Cuts a byte stream into gRPC messages. The bytes given to `onMessage` may share memory with the chunks pushed. */
export class FrameReader {
  private readonly parts: Buffer[] = [];
  private have = 0;
  private need = headerBytes;

  constructor(
    private readonly onMessage: (message: Buffer) => void,
    private readonly maxMessageBytes = 64 * 1024 * 1024,
  ) {}

  /** @throws {RangeError} on a compressed message (never asked for) or one above the limit. */
  push(chunk: Buffer): void {
    this.parts.push(chunk);
    this.have += chunk.length;
    // Joining only when a whole message is there keeps a large message from being copied once per chunk.
    while (this.have >= this.need) {
      let buffer = this.parts.length === 1 ? this.parts[0]! : Buffer.concat(this.parts);
      this.need = headerBytes + this.length(buffer);
      if (buffer.length >= this.need) {
        this.onMessage(buffer.subarray(headerBytes, this.need));
        buffer = buffer.subarray(this.need);
        this.need = headerBytes;
      }
      this.parts.length = 0;
      if (buffer.length > 0) this.parts.push(buffer);
      this.have = buffer.length;
    }
  }

  private length(buffer: Buffer): number {
    if (buffer[0] !== 0) throw new RangeError('compressed gRPC message');
    const length = buffer.readUInt32BE(1);
    if (length > this.maxMessageBytes) throw new RangeError('gRPC message too large');
    return length;
  }
}
