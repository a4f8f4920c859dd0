import type { Build } from '@cooperage/contracts';
import type { Api } from './api.ts';

const EVIDENCE_LINES = 20;
const BLAME = {
  user: 'yours to mend',
  platform: 'a fault of this installation',
  external: 'a fault of something outside',
};
type Failure = NonNullable<Build['failure']>;

/** Why a build did not succeed, in four parts: what and whose fault, where, the evidence, what to do next. */
export async function failureReport(api: Api, build: Build, page: string): Promise<string[]> {
  const { failure } = build;
  if (!failure) return [`✗ build #${build.number} ended as ${build.status}`, `  next      look at ${page}`];
  const evidence = await evidenceOf(api, build, failure);
  return [
    `✗ build #${build.number} ended as ${build.status}: ${failure.code}, ${BLAME[failure.blame]}`,
    `  what      ${failure.message}`,
    `  where     ${placeText(failure)}`,
    ...evidence.map((line, index) => `  ${index === 0 ? 'evidence' : '        '}  ${line}`),
    `  next      ${failure.advice}`,
    `            the whole build: ${page}`,
  ];
}

function placeText({ place }: Failure): string {
  const line = place?.line === undefined ? '' : `:${place.line}`;
  const parts = [
    place?.file && `${place.file}${line}`,
    place?.step,
    place?.exitCode === undefined ? undefined : `exit code ${place.exitCode}`,
  ];
  return parts.filter(Boolean).join(', ') || 'before any step';
}

/** The last lines of the failing step; of the whole build where no step failed. */
async function evidenceOf(api: Api, { id, attempt }: Build, { place }: Failure): Promise<string[]> {
  const log = await api.text(`/api/v1/builds/${id}/log?attempt=${attempt}&format=jsonl`).catch(() => '');
  return lastLines(log, place?.stepOrdinal);
}

/** @param jsonl the log as the API gives it, one entry a line. */
export function lastLines(jsonl: string, step: number | undefined): string[] {
  const entries = jsonl.split('\n').filter(Boolean);
  const parsed = entries.map((line) => JSON.parse(line) as { step: number; text?: string });
  const text = parsed
    .filter((entry) => step === undefined || entry.step === step)
    .map((entry) => entry.text ?? '')
    .join('');
  const lines = text.trimEnd().split(/\r?\n/).slice(-EVIDENCE_LINES);
  return text.trim() === '' ? ['nothing was printed'] : lines.map(printable);
}

/** A stranger's program wrote this: it does not get to steer the terminal. */
function printable(line: string): string {
  return line
    .replaceAll(/\u001b\[[0-9;?]*[ -/]*[@-~]/g, '')
    .replaceAll(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, '');
}
