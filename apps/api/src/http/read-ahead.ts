import { PassThrough, pipeline, type Readable } from 'node:stream';

/** The longest script of the pages has less than half of it. */
const usualMostBytes = 512 * 1024;

/**
 * Reads ahead of a slow reader, so that a page of usual length holds its connection no longer than its server needs. What is read counts
 * with the answers that nobody reads ({@link boundUnreadAnswers}): all of `mostBytes` while the length is not known.
 * @param length of the body in bytes; undefined where it is not known
 * @returns a stream that breaks where `body` does, and ends `body` with itself
 */
export function readAhead(body: Readable, length: number | undefined, mostBytes = usualMostBytes): Readable {
  const ahead = new PassThrough({ readableHighWaterMark: Math.min(length ?? mostBytes, mostBytes) });
  // Whoever reads `ahead` hears of an error.
  return pipeline(body, ahead, () => undefined);
}
