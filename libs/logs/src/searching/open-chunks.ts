import { unpackChunk } from '../chunk-unpacker.js';
import type { ChunkStore, StoredChunk, SurveyedChunk } from '../ports.js';
import type { ChunkUse } from './search-plan.js';

/** Chunks are fetched this many bytes at a time, while those before are searched. */
const readAheadBytes = 1_048_576;
const mostAhead = 256;

export interface OpenedChunk {
  /** Its place in the survey. */
  readonly at: number;
  /** Its entries in the domain's binary form. */
  readonly bytes: Uint8Array;
}

interface PickedChunk {
  readonly at: number;
  readonly chunk: StoredChunk;
}

/** All chunks that are not skipped; the next ones are fetched while those before them are looked at. */
export async function* openChunks(
  store: ChunkStore,
  attemptId: string,
  chunks: readonly SurveyedChunk[],
  uses: readonly ChunkUse[],
): AsyncGenerator<OpenedChunk> {
  const groups = groupsOf(chunks, uses);
  let ahead = picked(groups.next().value);
  for (let present = await ahead; present.length > 0; present = await ahead) {
    ahead = picked(groups.next().value);
    // Whoever stops early does not wait for what was fetched ahead; a failure of it is told when it is awaited.
    ahead.catch(() => {});
    for (const { at, chunk } of present) yield { at, bytes: unpackChunk(chunk) };
  }

  async function picked(group: readonly number[] = []): Promise<PickedChunk[]> {
    if (group.length === 0) return [];
    const firstNs = group.map((at) => chunks[at]!.firstN);
    return (await store.pick(attemptId, firstNs)).map((chunk) => ({
      at: group[firstNs.indexOf(chunk.firstN)]!,
      chunk,
    }));
  }
}

function* groupsOf(chunks: readonly SurveyedChunk[], uses: readonly ChunkUse[]): Generator<number[], undefined> {
  let group: number[] = [];
  let bytes = 0;
  for (const [at, { entriesBytes }] of chunks.entries()) {
    if (uses[at] === 'skip') continue;
    if (group.length === mostAhead || (group.length > 0 && bytes + entriesBytes > readAheadBytes)) {
      yield group;
      group = [];
      bytes = 0;
    }
    group.push(at);
    bytes += entriesBytes;
  }
  if (group.length > 0) yield group;
}
