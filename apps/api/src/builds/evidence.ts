import type { Evidence } from '@cooperage/contracts';
import type { BuildDetailRecord, BuildDetails } from '@cooperage/db';
import { evidenceAround, evidenceLines, linesBetween } from '@cooperage/domain';
import type { LogIndexes } from './log-indexes.js';
import { currentStepOrdinal } from './present-build.js';

/** Lines of a file that are shown before the one that is wrong. */
const linesBefore = 3;
/** Characters of a line that are shown. */
const mostCharacters = 500;

export interface EvidenceSources {
  readonly details: Pick<BuildDetails, 'dockerfile'>;
  readonly indexes: Pick<LogIndexes, 'lines'>;
}

/**
 * What shows why a build failed: what the failing step printed, or else the file around the line that is wrong.
 * @throws {ApiProblem} `rate_limited` while too many logs of the organization are looked into
 */
export async function findEvidence(build: BuildDetailRecord, sources: EvidenceSources): Promise<Evidence | null> {
  const attempt = build.attempts.find(({ number }) => number === build.attemptNumber);
  if (!attempt || build.failure === null) return null;
  const step = currentStepOrdinal(build);
  const printed =
    step === undefined
      ? null
      : await logLines(sources, build.organizationId, attempt.id, step, build.failure.logLine?.number ?? null);
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
): Promise<Evidence | null> {
  const lines = await indexes.lines(organizationId, attemptId, step, (count) =>
    number === null ? [count - 2 * evidenceLines, Infinity] : evidenceAround(number - 1, Math.max(count, number)),
  );
  const end = lines.findLastIndex(({ text }) => text.trim() !== '') + 1;
  const shown = lines.slice(Math.max(0, end - evidenceLines), end);
  if (shown.length === 0) return null;
  return { source: 'log', firstLine: shown[0]!.number, lines: shown.map(({ text }) => shortened(text)) };
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
