import { IncomingMessage } from 'node:http';
import { GrowingBuffer } from './growing-buffer.js';

/** A longer chunk costs little more memory than its bytes, and is handed on as it is. */
const shortChunkBytes = 1_024;
const mostJoinedBytes = 16_384;
/** Chunks that may be as short as they like. What follows has this mean at least: an event for each byte would keep the event loop busy. */
const freeChunks = 1_024;
const leastMeanBytes = 32;

/**
 * A request whose reader gets the short chunks of one read from the connection as one piece. Node makes an object of some 480 bytes of
 * each chunk, and 64 KiB may be 10,000 chunks of one byte: limits count 10,000 bytes of them, also that of a stream that no one
 * reads. A connection that goes on sending such chunks is reset. For `createServer`, as its option `IncomingMessage` (R13B-1).
 */
export class JoinedRequest extends IncomingMessage {
  private joined: GrowingBuffer | undefined;
  private handOnSoon: NodeJS.Immediate | undefined;
  private isRead = false;
  private chunks = 0;
  private chunkBytes = 0;

  /** Called by Node's parser for each chunk, for all of a read within one turn of the event loop, and with null at the end. */
  override push(chunk: Uint8Array | null): boolean {
    if (this.destroyed || this.socket.destroyed) return false;
    if (chunk !== null && this.isTooFine(chunk)) {
      this.joined = undefined;
      this.socket.resetAndDestroy();
      return false;
    }
    if (chunk === null || chunk.length >= shortChunkBytes) {
      this.handOn();
      return super.push(chunk);
    }
    this.joined ??= new GrowingBuffer(mostJoinedBytes);
    this.joined.add(chunk);
    if (this.joined.length >= mostJoinedBytes) return this.handOn();
    // A microtask or the next tick would run before the next chunk of the same read. Before anybody reads, all reads are joined.
    if (this.isRead) this.handOnSoon ??= setImmediate(() => this.handOn());
    return this.readableLength + this.joined.length < this.readableHighWaterMark;
  }

  override _read(size: number): void {
    this.isRead = true;
    this.handOn();
    super._read(size);
  }

  /** @returns false when the stream holds enough until somebody reads it */
  private handOn(): boolean {
    if (this.handOnSoon) clearImmediate(this.handOnSoon);
    const { joined } = this;
    [this.handOnSoon, this.joined] = [undefined, undefined];
    return joined === undefined || super.push(joined.toBuffer());
  }

  private isTooFine({ length }: Uint8Array): boolean {
    this.chunks++;
    this.chunkBytes += length;
    return this.chunks > freeChunks && this.chunkBytes < this.chunks * leastMeanBytes;
  }
}
