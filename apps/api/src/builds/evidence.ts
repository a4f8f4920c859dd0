import type { Evidence } from '@cooperage/contracts';
import type { BuildDetailRecord, BuildDetails, PostgresChunkStore } from '@cooperage/db';
import { lastPlainLines } from '@cooperage/domain';
import { lastTextOf } from '@cooperage/logs/read';
import { currentStepOrdinal } from './present-build.js';

const mostLines = 20;
/** Lines of a file that are shown before the one that is wrong. */
const linesBefore = 3;

export interface EvidenceSources {
  readonly details: Pick<BuildDetails, 'dockerfile'>;
  readonly store: PostgresChunkStore;
}

/** What shows why a build failed: the end of what the failing step printed, or else the file around the line that is wrong. */
export async function findEvidence(build: BuildDetailRecord, sources: EvidenceSources): Promise<Evidence | null> {
  const attempt = build.attempts.find(({ number }) => number === build.attemptNumber);
  if (!attempt || build.failure === null) return null;
  const step = currentStepOrdinal(build);
  const lines = step === undefined ? [] : await printedLines(sources.store, attempt.id, step);
  if (lines.length > 0) return { source: 'log', firstLine: null, lines };
  const { line, endLine } = build.failure.place ?? {};
  return line === undefined ? null : fileLines(await sources.details.dockerfile(attempt.id), line, endLine ?? line);
}

async function printedLines(store: EvidenceSources['store'], attemptId: string, step: number): Promise<string[]> {
  return lastPlainLines(await lastTextOf(store, attemptId, step, mostLines), mostLines);
}

/** @param first line of the failure, from 1 */
export function fileLines(text: string | null, first: number, last: number): Evidence | null {
  const lines = text?.split('\n').map((line) => line.replace(/\r$/, '').slice(0, 500)) ?? [];
  if (first > lines.length) return null;
  const firstLine = Math.max(1, first - linesBefore);
  return { source: 'file', firstLine, lines: lines.slice(firstLine - 1, Math.min(last, firstLine - 1 + mostLines)) };
}
