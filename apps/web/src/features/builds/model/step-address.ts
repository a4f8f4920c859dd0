import type { Step } from '@cooperage/contracts';
import type { BuildView } from './build-view';

/** Id of a line of the Dockerfile on its view. */
export function fileLineId(line: number): string {
  return `D${line}`;
}

/**
 * Where a step leads from a view: to its line while the file is shown, else to its lines in the log.
 * @param logAddress address of the log; null when it is on this page already
 */
export function stepAddress(
  step: Pick<Step, 'ordinal' | 'startLine'>,
  view: BuildView,
  logAddress: string | null,
): string {
  if (view === 'dockerfile' && step.startLine !== null) return `#${fileLineId(step.startLine)}`;
  return `${logAddress ?? ''}#s${step.ordinal}`;
}

/** Address of the whole Dockerfile of an attempt, as a text of its own. */
export function dockerfileDownload(buildId: string, attempt: number): string {
  return `/api/v1/builds/${encodeURIComponent(buildId)}/dockerfile/text?attempt=${attempt}`;
}
