import { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { GrowingBuffer } from '@cooperage/domain';

/** A longer chunk costs little more memory than its bytes, and is handed on as it is. */
const shortChunkBytes = 1_024;
const mostJoinedBytes = 16_384;
/**
 * Chunks that may be as short as they like: of each request, and beside that of all requests of a connection together. What follows
 * has this mean at least: an event for each byte would keep the event loop busy. For its bytes a short request costs more than its chunks.
 */
const freeOfRequest = 256;
const freeOfConnection = 768;
const leastMeanBytes = 32;
/** What earlier requests left of the free chunks of their connection. */
const freeLeft = new WeakMap<Socket, number>();

/**
 * A request whose reader gets the short chunks of one read from the connection as one piece. Node makes an object of some 480 bytes of
 * each chunk, and 64 KiB may be 10,000 chunks of one byte: limits count 10,000 bytes of them, also that of a stream that no one
 * reads. A connection that goes on sending such chunks is reset. For `createServer`, as its option `IncomingMessage` (R13B-1), and
 * with `DrainingResponse`: what comes behind an answer is not seen here otherwise.
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
    if (chunk === null) this.settle();
    if (chunk === null || chunk.length >= shortChunkBytes) {
      this.handOn();
      return super.push(chunk);
    }
    this.joined ??= new GrowingBuffer(mostJoinedBytes);
    this.joined.add(chunk);
    if (this.joined.length >= mostJoinedBytes) return this.handOn();
    // A microtask or the next tick would run before the next chunk of the same read. Before anybody reads, all reads are joined.
    // While a reader stands still, what comes is joined too: a piece for each turn would be as many objects again.
    if (this.isRead && this.readableLength === 0) this.handOnInTurn();
    return this.readableLength + this.joined.length < this.readableHighWaterMark;
  }

  /**
   * A reader that goes on gets what was joined meanwhile. `_read` does not see it: Node does not call it again until something was
   * pushed, and it calls it ahead of the reader.
   */
  override read(size?: number): unknown {
    const piece: unknown = super.read(size);
    const hasAll = size !== 0 && (piece === null || this.readableLength === 0);
    if (hasAll && this.joined !== undefined) this.handOnInTurn();
    return piece;
  }

  /** Reads and drops what comes, where nobody began to read. */
  drain(): void {
    if (this.isRead || this.complete) return;
    // Reading begins now, not in the next tick: `resume` alone would be too late for an answer that is done by then.
    this.resume().read(0);
  }

  override _read(size: number): void {
    this.isRead = true;
    this.handOn();
    super._read(size);
  }

  private handOnInTurn(): void {
    this.handOnSoon ??= setImmediate(() => this.handOn());
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
    return this.excess() > this.leftOfConnection();
  }

  /** What this request used up is missing for those behind it. */
  private settle(): void {
    const excess = this.excess();
    if (excess > 0) freeLeft.set(this.socket, this.leftOfConnection() - excess);
  }

  private excess(): number {
    return this.chunks - freeOfRequest - this.chunkBytes / leastMeanBytes;
  }

  private leftOfConnection(): number {
    return freeLeft.get(this.socket) ?? freeOfConnection;
  }
}
