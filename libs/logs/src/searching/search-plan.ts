import type { SurveyedChunk } from '../ports.js';

/**
 * What a search does with a chunk: `look` into it; only `join` the lines that begin in it and are finished in one that is
 * looked into; or `skip` it, of which nothing but the numbers of its lines is needed.
 */
export type ChunkUse = 'look' | 'join' | 'skip';

/** One use for each chunk, so that every line that may be found is seen whole, and little else is read. */
export function planSearch(chunks: readonly SurveyedChunk[], fromN: number): ChunkUse[] {
  // Without counts the lines behind a chunk have no numbers: everything is read.
  if (chunks.some(({ lineDeltas }) => lineDeltas === null)) {
    return chunks.map(({ lastN }) => (lastN < fromN ? 'join' : 'look'));
  }
  const uses = chunks.map(({ lastN, mayHold }): ChunkUse => (mayHold && lastN >= fromN ? 'look' : 'skip'));
  /** Of each output the chunks in which the line lies that is not finished yet. */
  const open = new Map<string, number[]>();
  const join = (key: string): void => {
    for (const at of open.get(key) ?? []) if (uses[at] === 'skip') uses[at] = 'join';
  };
  for (const [at, { firstN, lineDeltas }] of chunks.entries()) {
    for (const { step, outputs } of lineDeltas ?? []) {
      for (const { stream, openN } of outputs) {
        const key = `${step}.${stream}`;
        if (uses[at] === 'look') join(key);
        if (openN === null) open.delete(key);
        else open.set(key, openN >= firstN ? [at] : [...(open.get(key) ?? []), at]);
      }
    }
  }
  // No chunk finishes these, so none knows what is in them.
  for (const key of open.keys()) join(key);
  return uses;
}
