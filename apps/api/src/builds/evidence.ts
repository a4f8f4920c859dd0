import type { Evidence } from '@cooperage/contracts';
import type { BuildDetailRecord, BuildDetails } from '@cooperage/db';
import { evidenceLines, linesBetween } from '@cooperage/domain';
import { ApiProblem } from '../http/problem.js';
import type { LogIndexes } from './log-indexes.js';
import { currentStepOrdinal } from './present-build.js';

/** Lines of a file that are shown before the one that is wrong. */
const linesBefore = 3;
/** Characters of a line that are shown. */
const mostCharacters = 500;

export interface EvidenceSources {
  readonly details: Pick<BuildDetails, 'dockerfile'>;
  readonly indexes: Pick<LogIndexes, 'around'>;
}

/**
 * What shows why a build failed: what the failing step printed, or else the file around the line that is wrong. While too many
 * logs of the organization are read, it is the one line that is known without reading, or the word that they are busy.
 */
export async function findEvidence(build: BuildDetailRecord, sources: EvidenceSources): Promise<Evidence | null> {
  const attempt = build.attempts.find(({ number }) => number === build.attemptNumber);
  if (!attempt || build.failure === null) return null;
  const step = currentStepOrdinal(build);
  const { logLine } = build.failure;
  const printed =
    step === undefined
      ? null
      : await logLines(sources, build.organizationId, attempt.id, step, logLine?.number ?? null);
  if (printed === 'busy') return withoutReading(logLine);
  if (printed) return printed;
  const { line, endLine } = build.failure.place ?? {};
  return line === undefined ? null : fileLines(await sources.details.dockerfile(attempt.id), line, endLine ?? line);
}

/** The lines around the one that says why, else the last ones that say anything. */
async function logLines(
  { indexes }: EvidenceSources,
  organizationId: string,
  attemptId: string,
  step: number,
  number: number | null,
): Promise<Evidence | 'busy' | null> {
  const lines = await indexes.around(organizationId, attemptId, step, number).catch((error: unknown) => {
    if (error instanceof ApiProblem && error.code === 'rate_limited') return null;
    throw error;
  });
  if (lines === null) return 'busy';
  const end = lines.findLastIndex(({ text }) => text.trim() !== '') + 1;
  const shown = lines.slice(Math.max(0, end - evidenceLines), end);
  if (shown.length === 0) return null;
  return { source: 'log', firstLine: shown[0]!.number, lines: shown.map(({ text }) => shortened(text)) };
}

function withoutReading(line: { readonly number: number; readonly text: string } | undefined): Evidence {
  if (!line) return { source: 'busy', firstLine: 1, lines: [] };
  return { source: 'log', firstLine: line.number, lines: [shortened(line.text)] };
}

/** @param first line of the failure, from 1 */
export function fileLines(text: string | null, first: number, last: number): Evidence | null {
  const firstLine = Math.max(1, first - linesBefore);
  const lines = linesBetween(text ?? '', firstLine, Math.min(last, firstLine - 1 + evidenceLines));
  if (text === null || first - firstLine >= lines.length) return null;
  return { source: 'file', firstLine, lines: lines.map((line) => line.slice(0, mostCharacters)) };
}

function shortened(text: string): string {
  return text.length > mostCharacters ? `${text.slice(0, mostCharacters)}…` : text;
}
