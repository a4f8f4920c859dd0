import type { Step } from '@cooperage/contracts';
import { type StepState, stepMs, stepState } from './step-groups';

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
  let continued = false;
  return text
    .replace(/\n$/, '')
    .split('\n')
    .map((line, index) => {
      const number = index + 1;
      const pieces = splitLine(line.replace(/\r$/, ''), continued);
      const comment = pieces[0]?.kind === 'comment';
      continued = /\\\s*$/.test(line) || (continued && (comment || line.trim() === ''));
      return {
        number,
        pieces,
        step: stepOfLine(steps, number, buildIsOver),
        failed: failedLines !== null && number >= failedLines.from && number <= failedLines.to,
      };
    });
}

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

function stepOfLine(steps: readonly Step[], line: number, buildIsOver: boolean): DockerfileLine['step'] {
  const [longest] = steps
    .filter((step) => step.startLine === line)
    .map((step) => ({ ordinal: step.ordinal, state: stepState(step, buildIsOver), ms: stepMs(step) }))
    .sort((a, b) => (b.ms ?? -1) - (a.ms ?? -1));
  return longest ?? null;
}
