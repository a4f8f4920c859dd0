import type { Step } from '@cooperage/contracts';
import { type StepState, stepMs, stepState, stepTitle } from './step-groups';

export interface DockerfilePiece {
  readonly kind: 'instruction' | 'comment' | 'text';
  readonly text: string;
}

export interface DockerfileLine {
  /** From 1. */
  readonly number: number;
  readonly pieces: readonly DockerfilePiece[];
  /** The step that begins on this line. */
  readonly step: { readonly ordinal: number; readonly state: StepState; readonly ms: number | null } | null;
  /** Part of the instruction that failed. */
  readonly failed: boolean;
}

const instruction = /^(\s*)([A-Za-z]+)(?=\s)/;

/** A Dockerfile beside what became of its lines. A line that made several steps shows the one that took longest. */
export function dockerfileLines(
  text: string,
  steps: readonly Step[],
  failedLines: { readonly from: number; readonly to: number } | null,
  buildIsOver: boolean,
): DockerfileLine[] {
  const texts = text.replace(/\n$/, '').split('\n');
  const stepsAt = stepFinder(steps);
  let continued = false;
  return texts.map((line, index) => {
    const number = index + 1;
    const pieces = splitLine(line.replace(/\r$/, ''), continued);
    const begins = pieces[0]?.kind === 'instruction';
    const comment = pieces[0]?.kind === 'comment';
    continued = goesOn.test(line) || (continued && (comment || line.trim() === ''));
    const own = begins ? stepsAt(number, () => instructionAt(texts, index)) : [];
    return {
      number,
      pieces,
      step: longest(own, buildIsOver),
      failed: failedLines !== null && number >= failedLines.from && number <= failedLines.to,
    };
  });
}

const goesOn = /\\\s*$/;

function splitLine(line: string, continued: boolean): DockerfilePiece[] {
  if (/^\s*#/.test(line)) return [{ kind: 'comment', text: line }];
  const match = continued ? null : instruction.exec(line);
  if (!match) return [{ kind: 'text', text: line }];
  const end = match[0].length;
  return [
    { kind: 'instruction', text: line.slice(0, end) },
    { kind: 'text', text: line.slice(end) },
  ];
}

type StepFinder = (line: number, instruction: () => string) => readonly Step[];

/** The builder says lines only once a build has succeeded; until then a step is known by the words of its instruction. */
function stepFinder(steps: readonly Step[]): StepFinder {
  const own = steps.filter((step) => !step.internal && step.target === null);
  const byLine = Map.groupBy(own, (step) => step.startLine);
  const byWords = Map.groupBy(byLine.get(null) ?? [], (step) => oneSpaced(stepTitle(step)));
  return (line, instruction) => byLine.get(line) ?? byWords.get(oneSpaced(instruction())) ?? [];
}

/** The instruction that begins at a line, its continued lines joined, comments between them left out. */
function instructionAt(texts: readonly string[], index: number): string {
  let joined = '';
  for (const line of texts.slice(index)) {
    if (joined !== '' && /^\s*(?:#|$)/.test(line)) continue;
    joined += line.replace(goesOn, '');
    if (!goesOn.test(line)) break;
  }
  return joined;
}

function oneSpaced(text: string): string {
  return text.trim().replace(/\s+/g, ' ');
}

function longest(steps: readonly Step[], buildIsOver: boolean): DockerfileLine['step'] {
  const [most] = steps
    .map((step) => ({ ordinal: step.ordinal, state: stepState(step, buildIsOver), ms: stepMs(step) }))
    .sort((a, b) => (b.ms ?? -1) - (a.ms ?? -1));
  return most ?? null;
}
