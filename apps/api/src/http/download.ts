import { Readable } from 'node:stream';
import type { Release } from '@cooperage/domain';

/** A download whose reader takes nothing for so long gives its slot back, and ends. */
const stalledMs = 60_000;
/** Bytes in a millisecond that a reader takes at least to be no slow one: 64 KiB in a second. */
const paceBytesPerMs = 64 * 1.024;

/**
 * A download that holds a slot until its reader has all of it, has gone, or takes nothing for a minute. It knows whether its
 * reader is slow; the time in which the next part is made does not count.
 */
export class Download {
  private stream: Readable | undefined;
  /** When the reader was given the part that it has not taken yet. */
  private givenAtMs: number | null = null;
  private leftMs: number;

  /** @param graceMs for how long a reader may take less than the pace; what it takes faster counts for no more than that */
  constructor(
    private readonly graceMs: number,
    private readonly release: Release,
  ) {
    this.leftMs = graceMs;
  }

  /** The reader has taken less than the pace for longer than it may. */
  get isSlow(): boolean {
    return this.givenAtMs !== null && performance.now() - this.givenAtMs >= this.leftMs;
  }

  /**
   * Begins it. The slot is given back when the stream is closed.
   * @param parts made one by one, as the reader takes them
   * @param partBytes size of a part in bytes
   */
  send(parts: AsyncIterable<Uint8Array>, partBytes: number): Readable {
    const stalled = setTimeout(() => this.end('the download stood still'), stalledMs);
    const stream = Readable.from(
      this.taken(parts, () => stalled.refresh()),
      { objectMode: false, highWaterMark: partBytes },
    );
    stream.once('close', () => {
      clearTimeout(stalled);
      this.release();
    });
    this.stream = stream;
    return stream;
  }

  /** Nothing is sent: gives the slot back. */
  cancel(): void {
    this.release();
  }

  /** Ends it short of its end, which the reader sees: the connection is closed before all of it has come. */
  end(reason: string): void {
    this.stream?.destroy(new Error(reason));
    this.release();
  }

  private async *taken(parts: AsyncIterable<Uint8Array>, onPart: () => void): AsyncGenerator<Uint8Array> {
    for await (const part of parts) {
      onPart();
      this.givenAtMs = performance.now();
      yield part;
      const tookMs = performance.now() - this.givenAtMs;
      this.givenAtMs = null;
      this.leftMs = Math.min(this.graceMs, this.leftMs - tookMs + part.length / paceBytesPerMs);
    }
  }
}
