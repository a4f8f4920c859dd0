import type { LineDelta, Sliced } from '@cooperage/domain';
import type { IndexedChunk, SurveyedChunk } from '@cooperage/logs/ports';

/** A row with the counts of its lines as text: they are parsed chunk by chunk, and others have their turn between. */
export interface IndexedRow {
  readonly first_n: bigint;
  readonly last_n: bigint;
  readonly entries_bytes: number;
  readonly counts: string | null;
}

export interface SurveyedRow extends IndexedRow {
  readonly first_line: bigint;
  readonly may_hold: boolean;
}

export function* indexedChunks(rows: readonly IndexedRow[]): Sliced<IndexedChunk[]> {
  const chunks: IndexedChunk[] = [];
  for (const row of rows) {
    yield;
    chunks.push(indexed(row));
  }
  return chunks;
}

export function* surveyedChunks(rows: readonly SurveyedRow[]): Sliced<SurveyedChunk[]> {
  const chunks: SurveyedChunk[] = [];
  for (const row of rows) {
    yield;
    chunks.push({ ...indexed(row), firstLine: Number(row.first_line), mayHold: row.may_hold });
  }
  return chunks;
}

function indexed({ first_n, last_n, entries_bytes, counts }: IndexedRow): IndexedChunk {
  return {
    firstN: Number(first_n),
    lastN: Number(last_n),
    entriesBytes: entries_bytes,
    lineDeltas: counts === null ? null : lineDeltasOf(counts),
  };
}

/** A builder wrote it, so it may be anything. Objects of other shapes can be many times their text: such counts are none. */
function lineDeltasOf(text: string): readonly LineDelta[] | null {
  const deltas: unknown = JSON.parse(text);
  return Array.isArray(deltas) && deltas.every(isLineDelta) ? deltas : null;
}

function isLineDelta(value: LineDelta | null): value is LineDelta {
  return (
    typeof value?.step === 'number' &&
    typeof value.lines === 'number' &&
    Array.isArray(value.outputs) &&
    value.outputs.every((output: { stream?: unknown } | null) => typeof output?.stream === 'number')
  );
}
