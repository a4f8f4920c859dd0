import { type FailureLogLine, failingTailLines, findFailingLine } from '@cooperage/domain';
import type { ChunkStore } from '../ports.js';
import { readStepLines } from './read-step-lines.js';

/** Characters of the line that are kept with a failure. */
const mostCharacters = 500;

/** The line of a stored log that says why a step failed; undefined when the step printed nothing. */
export async function failingLineOf(
  store: ChunkStore,
  attemptId: string,
  step: number,
): Promise<FailureLogLine | undefined> {
  const last = await readStepLines(store, attemptId, step, (count) => [count - failingTailLines, Infinity]);
  const lines = last.filter(({ notice }) => !notice);
  const at = findFailingLine(lines);
  if (at === null) return undefined;
  const { number, text } = lines[at]!;
  return { number, text: text.length > mostCharacters ? `${text.slice(0, mostCharacters)}…` : text };
}
