const chunkBytes = 1024 * 1024;
/** More than this is read at the same time too rarely to keep buffers for it. */
const mostSpare = 8;

const spare: Buffer[] = [];

/**
 * A buffer of a mebibyte, with whatever was in it. They are used again: a new one for each part of a blob kept the garbage
 * collector busier than all the rest of the work.
 */
export function takeChunk(): Buffer {
  return spare.pop() ?? Buffer.allocUnsafeSlow(chunkBytes);
}

/** Only for one of which nothing is still being written. */
export function giveChunk(chunk: Buffer): void {
  if (spare.length < mostSpare) spare.push(chunk);
}
