import type { Build, Steps } from '@cooperage/contracts';
import { seconds } from '../output.ts';

const NAME_CHARACTERS = 72;
type Step = Steps['steps'][number];

/** Tells what is new since the last look at a build, one plain line each, with the time since it was queued. */
export class BuildProgress {
  private readonly told = new Set<string>();

  lines(build: Build, steps: Steps): string[] {
    const startMs = Date.parse(build.queuedAt);
    const found = [
      ...build.phases.map((phase) => phaseEntry(phase)),
      ...steps.steps.filter(isShown).map((step) => stepEntry(step, steps.attemptId)),
      ...waitEntries(build),
      ...endEntries(build),
    ];
    const fresh = found.filter(({ key }) => !this.told.has(key)).toSorted((a, b) => a.atMs - b.atMs);
    for (const { key } of fresh) this.told.add(key);
    return fresh.map(({ atMs, text }) => `${seconds(Math.max(0, atMs - startMs)).padStart(9)}  ${text}`);
  }
}

interface Entry {
  readonly key: string;
  readonly atMs: number;
  readonly text: string;
}

function phaseEntry({ phase, startedAt }: Build['phases'][number]): Entry {
  return { key: `phase ${phase} ${startedAt}`, atMs: Date.parse(startedAt), text: phase };
}

/** Steps of the engine itself (loading the Dockerfile, reading the context) tell a person little. */
function isShown(step: Step): boolean {
  return !step.internal && step.completedAt !== null;
}

function stepEntry(step: Step, attemptId: string): Entry {
  const completedMs = Date.parse(step.completedAt ?? '');
  const took = seconds(completedMs - Date.parse(step.startedAt ?? step.completedAt ?? ''));
  const state = step.error !== null ? `failed after ${took}` : step.cached ? 'cached' : took;
  return { key: `step ${attemptId} ${step.ordinal}`, atMs: completedMs, text: `  ${shortName(step)}  ${state}` };
}

function waitEntries({ waitReason }: Build): Entry[] {
  return waitReason === null ? [] : [{ key: `wait ${waitReason}`, atMs: Date.now(), text: `waits: ${waitReason}` }];
}

function endEntries({ status, finishedAt }: Build): Entry[] {
  return finishedAt === null ? [] : [{ key: 'end', atMs: Date.parse(finishedAt), text: status }];
}

/** Here-documents give a step a name of many lines. */
function shortName({ name }: Step): string {
  const line = name.split('\n', 1)[0] ?? '';
  return line.length > NAME_CHARACTERS || line.length < name.length ? `${line.slice(0, NAME_CHARACTERS)} …` : line;
}
