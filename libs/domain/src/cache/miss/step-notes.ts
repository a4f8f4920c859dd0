import { createHash } from 'node:crypto';
import type { RunReason } from '../reason/run-reason.js';
import type { StepVerdict } from '../reason/why-ran.js';
import type { MissCause } from './miss-cause.js';

/** What is written down of one step of a build, to be counted with those of other builds. */
export interface StepNote {
  /** Equal for the same instruction of the same stage of the same Dockerfile, wherever in it it stands. */
  readonly stepKey: string;
  readonly dockerfilePath: string;
  readonly stage: string | null;
  /** As the Dockerfile has it, its first characters. */
  readonly definition: string;
  /** From 1. */
  readonly startLine: number;
  readonly cached: boolean;
  /** What it took; 0 where it was found. */
  readonly ms: number;
  /** Null where it was found. */
  readonly cause: MissCause | null;
  /** What the cause names: files, a variable, an image, or the instruction of the step that made it run. */
  readonly detail: readonly string[];
  /** Of the step by which it ran, however many steps lie between them; null where it ran for a reason of its own. */
  readonly rootKey: string | null;
}

/** So many files of one change are named. */
const mostNamed = 12;
const longestText = 400;

/**
 * The steps of a build that its builder came to, each once: where one line stands twice in a stage, both count as one.
 * @param pathOf of the Dockerfile of a target, or of the build's own for null
 * @param verdicts of `whyStepsRan`
 */
export function stepNotes(pathOf: (target: string | null) => string, verdicts: readonly StepVerdict[]): StepNote[] {
  const byOrdinal = new Map(verdicts.map((verdict) => [verdict.ordinal, verdict]));
  const keyOf = ({ target, stage, definition }: StepVerdict) => stepKey(pathOf(target), stage, definition);
  const notes = new Map<string, StepNote>();
  for (const verdict of verdicts) {
    const { stage, definition, startLine, cached, reason } = verdict;
    const root = reason && rootOf(reason, byOrdinal);
    const key = keyOf(verdict);
    const note = {
      ...{
        stepKey: key,
        dockerfilePath: pathOf(verdict.target),
        stage: clipped(stage),
        definition: clipped(definition),
        startLine,
        cached,
      },
      ms: cached ? 0 : Math.round(verdict.ms ?? 0),
      ...{ cause: reason && causeOf(reason), detail: reason ? detailOf(reason, root) : [] },
      rootKey: root && keyOf(root),
    };
    notes.set(key, both(notes.get(key), note));
  }
  return [...notes.values()];
}

function stepKey(...parts: (string | null)[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 24);
}

/** The one that ran tells why. */
function both(first: StepNote | undefined, second: StepNote): StepNote {
  if (!first) return second;
  return { ...(first.cached ? second : first), ms: first.ms + second.ms };
}

/** The step with a reason of its own by which others ran; null where there is none between. */
function rootOf(reason: RunReason, verdicts: ReadonlyMap<number, StepVerdict>): StepVerdict | null {
  if (reason.kind !== 'earlier_step') return null;
  const before = verdicts.get(reason.ordinal);
  if (!before?.reason) return null;
  // Each leads to one before it.
  return rootOf(before.reason, verdicts) ?? before;
}

function causeOf(reason: RunReason): MissCause {
  return reason.kind === 'not_kept' ? reason.why : reason.kind;
}

function detailOf(reason: RunReason, root: StepVerdict | null): string[] {
  if (reason.kind === 'files') return reason.changes.slice(0, mostNamed).map(({ path }) => clipped(path));
  if (reason.kind === 'variable') return [clipped(reason.name)];
  if (reason.kind === 'base') return [clipped(reason.image)];
  if (reason.kind === 'target') return [clipped(reason.target)];
  return reason.kind === 'earlier_step' ? [clipped(root?.definition ?? reason.definition)] : [];
}

function clipped<T extends string | null>(text: T): T {
  return (text !== null && text.length > longestText ? `${text.slice(0, longestText)}…` : text) as T;
}
