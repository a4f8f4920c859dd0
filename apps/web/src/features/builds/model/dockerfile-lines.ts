import type { Step } from '@cooperage/contracts';
import { shortened } from './long-lines';
import { type StepState, stepMs, stepState, stepTitle } from './step-groups';

export interface DockerfilePiece {
  readonly kind: 'instruction' | 'comment' | 'text';
  readonly text: string;
}

export interface DockerfileLine {
  /** From 1. */
  readonly number: number;
  readonly pieces: readonly DockerfilePiece[];
  /** Characters of a long line that are not among the pieces. */
  readonly more: number;
  /** The step that begins on this line. */
  readonly step: { readonly ordinal: number; readonly state: StepState; readonly ms: number | null } | null;
  /** Part of the instruction that failed. */
  readonly failed: boolean;
}

/** A Dockerfile taken apart as far as all of its lines need it, however many they are. */
export interface ReadDockerfile {
  readonly texts: readonly string[];
  /** 1 for each line that belongs to an instruction before it. */
  readonly continued: Uint8Array;
  /** The steps that begin on a line, by its number from 1. */
  readonly steps: ReadonlyMap<number, readonly Step[]>;
}

export interface LineFacts {
  readonly failedLines: { readonly from: number; readonly to: number } | null;
  readonly buildIsOver: boolean;
}

const instruction = /^(\s*)([A-Za-z]+)(?=\s)/;

export function readDockerfile(text: string, steps: readonly Step[]): ReadDockerfile {
  const texts = text.replace(/\n$/, '').split('\n');
  const continued = new Uint8Array(texts.length);
  const found = new Map<number, readonly Step[]>();
  const stepsAt = stepFinder(steps);
  let goesOn = false;
  for (const [index, line] of texts.entries()) {
    if (goesOn) continued[index] = 1;
    else if (stepsAt && instruction.test(line)) {
      const own = stepsAt(index + 1, () => instructionAt(texts, index));
      if (own.length > 0) found.set(index + 1, own);
    }
    if (line !== '' && !emptyOrComment.test(line)) goesOn = endsWithStroke.test(line);
  }
  return { texts, continued, steps: found };
}

/** A line with what became of it; one that made several steps shows the one that took longest. @param index from 0 */
export function lineOf(file: ReadDockerfile, index: number, facts: LineFacts): DockerfileLine {
  const own = file.steps.get(index + 1) ?? [];
  return lineWith(file.texts[index] ?? '', index + 1, facts, {
    continued: file.continued[index] === 1,
    step: longest(own, facts.buildIsOver),
  });
}

/** A line by itself, as of a part of a file whose beginning is not known. */
export function lineWith(
  text: string,
  number: number,
  { failedLines }: LineFacts,
  { continued, step }: { readonly continued: boolean; readonly step: DockerfileLine['step'] },
): DockerfileLine {
  const line = shortened(text.endsWith('\r') ? text.slice(0, -1) : text);
  return {
    number,
    pieces: splitLine(line.text, continued),
    more: line.more,
    step,
    failed: failedLines !== null && number >= failedLines.from && number <= failedLines.to,
  };
}

const endsWithStroke = /\\\s*$/;
const emptyOrComment = /^\s*(?:#|$)/;

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

/**
 * The builder says lines only once a build has succeeded; until then a step is known by the words of its instruction.
 * @returns null where no step is of this file
 */
function stepFinder(steps: readonly Step[]): StepFinder | null {
  const own = steps.filter((step) => !step.internal && step.target === null);
  if (own.length === 0) return null;
  const byLine = Map.groupBy(own, (step) => step.startLine);
  const byWords = Map.groupBy(byLine.get(null) ?? [], (step) => oneSpaced(stepTitle(step)));
  const findByWords = (words: () => string) => (byWords.size === 0 ? undefined : byWords.get(oneSpaced(words())));
  return (line, words) => byLine.get(line) ?? findByWords(words) ?? [];
}

/**
 * The instruction that begins at a line, its continued lines joined, comments between them left out. No other instruction
 * begins on what it reads, so all of a file together are read once.
 */
function instructionAt(texts: readonly string[], index: number): string {
  const parts: string[] = [];
  for (let at = index; at < texts.length; at++) {
    const line = texts[at] ?? '';
    if (at > index && emptyOrComment.test(line)) continue;
    const part = line.replace(endsWithStroke, '');
    parts.push(part);
    if (part.length === line.length) break;
  }
  return parts.join('');
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
