import type { Sliced } from '@cooperage/domain';
import type { SurveyedChunk } from '../ports.js';

/**
 * What a search does with a chunk: `look` into it; only `join` the lines that begin in it and are finished in one that is
 * looked into; or `skip` it, of which nothing but the numbers of its lines is needed.
 */
export type ChunkUse = 'look' | 'join' | 'skip';

const deltasOfSlice = 256;

/** The chunks in which the unfinished line of one output lies. */
interface OpenLine {
  readonly chunks: number[];
  /** So many of them are joined already. */
  joined: number;
}

/**
 * One use for each chunk, so that every line that may be found is seen whole, and little else is read. Its work grows with the
 * number of chunks, also where a line is never finished.
 */
export function* planSearch(chunks: readonly SurveyedChunk[], fromN: number): Sliced<ChunkUse[]> {
  // Without counts (of before, or too many) the lines behind a chunk have no numbers: everything is read.
  if (chunks.some(({ lineDeltas }) => lineDeltas === null)) {
    return chunks.map(({ lastN }) => (lastN < fromN ? 'join' : 'look'));
  }
  const uses = chunks.map(({ lastN, mayHold }): ChunkUse => (mayHold && lastN >= fromN ? 'look' : 'skip'));
  /** By output. */
  const open = new Map<string, OpenLine>();
  const join = (line: OpenLine | undefined): void => {
    for (; line && line.joined < line.chunks.length; line.joined++) {
      const at = line.chunks[line.joined]!;
      if (uses[at] === 'skip') uses[at] = 'join';
    }
  };
  let looked = 0;
  for (const [at, { firstN, lineDeltas }] of chunks.entries()) {
    for (const { step, outputs } of lineDeltas ?? []) {
      if (++looked % deltasOfSlice === 0) yield;
      for (const { stream, openN } of outputs) {
        const key = `${step}.${stream}`;
        const line = open.get(key);
        if (uses[at] === 'look') join(line);
        if (openN === null) open.delete(key);
        else if (line && openN < firstN) line.chunks.push(at);
        else open.set(key, { chunks: [at], joined: 0 });
      }
    }
  }
  // No chunk finishes these, so none knows what is in them.
  for (const line of open.values()) join(line);
  return uses;
}
