import { Readable } from 'node:stream';
import type { Release } from '@cooperage/domain';

/** A download whose reader takes nothing for so long gives its slot back, and ends. */
const stalledMs = 60_000;

/**
 * A stream that holds a slot until its reader has all of it, has gone, or takes nothing for a minute.
 * @param parts made one by one, as the reader takes them
 * @param partBytes size of a part in bytes
 */
export function heldDownload(parts: AsyncIterable<Uint8Array>, partBytes: number, release: Release): Readable {
  const stalled = setTimeout(() => stream.destroy(new Error('the download stood still')), stalledMs);
  const stream = Readable.from(
    taken(parts, () => stalled.refresh()),
    { objectMode: false, highWaterMark: partBytes },
  );
  stream.once('close', () => {
    clearTimeout(stalled);
    release();
  });
  return stream;
}

async function* taken(parts: AsyncIterable<Uint8Array>, onTaken: () => void): AsyncGenerator<Uint8Array> {
  for await (const part of parts) {
    onTaken();
    yield part;
  }
}
