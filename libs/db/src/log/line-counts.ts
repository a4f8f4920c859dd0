import type { LineDelta, OutputState, Sliced } from '@cooperage/domain';
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

/**
 * A builder wrote it, so it may be anything. Objects of other shapes can be many times their text, and are kept for long: what is no count
 * makes all of them none, and nothing but the counts is kept.
 */
function lineDeltasOf(text: string): readonly LineDelta[] | null {
  const written: unknown = JSON.parse(text);
  if (!Array.isArray(written)) return null;
  const deltas = written.map(lineDeltaOf);
  return deltas.some((delta) => delta === null) ? null : (deltas as LineDelta[]);
}

type Written<T> = { readonly [Key in keyof T]?: unknown } | null;

function lineDeltaOf(value: Written<LineDelta>): LineDelta | null {
  const { step, lines, outputs: written } = value ?? {};
  if (typeof step !== 'number' || typeof lines !== 'number') return null;
  if (!Array.isArray(written) || written.length > streams.length) return null;
  const outputs = written.flatMap((output) => outputOf(output) ?? []);
  return outputs.length === written.length ? { step, lines, outputs } : null;
}

const streams: readonly unknown[] = [0, 1, 2];

function outputOf(value: Written<OutputState>): OutputState | null {
  const { stream, openN, style } = value ?? {};
  if (!streams.includes(stream) || typeof style !== 'number') return null;
  if (openN !== null && typeof openN !== 'number') return null;
  return { stream, openN, style } as OutputState;
}
