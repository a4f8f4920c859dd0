import { readDirectives } from './directives.js';
import { splitFlags } from './flags.js';
import { heredocsOf } from './heredocs.js';
import { bytesToLines, isComment, trim, trimStart } from './lines.js';

/** One instruction of a Dockerfile, put together from its lines. */
export interface Instruction {
  /** Lower case, for example `run`. `onbuild run` is an instruction of its own, named `run`. */
  readonly keyword: string;
  /** Flags without quotes, for example `--network=host`. */
  readonly flags: readonly string[];
  /** What follows the flags. */
  readonly args: string;
  /** The instruction as written, lines joined. */
  readonly text: string;
  /** Its here-documents as written, with their ends; empty where it has none. */
  readonly documents: string;
  /** From 1. */
  readonly startLine: number;
  readonly endLine: number;
}

/**
 * Cuts a Dockerfile into instructions as BuildKit's parser does: comments, continuation lines, the escape directive,
 * here-documents. What BuildKit would refuse is passed over, BuildKit says it better.
 */
export function readInstructions(content: Uint8Array): Instruction[] {
  const lines = bytesToLines(content);
  const escapeChar = escapeOf(lines);
  const found: Instruction[] = [];
  for (let at = 0; at < lines.length; ) {
    const joined = joinLines(lines, at, escapeChar);
    const instruction = parse(joined.text, escapeChar);
    const end = instruction ? endOfHeredocs(lines, joined.next, instruction) : joined.next;
    const documents = lines.slice(joined.next, end).join('\n');
    if (instruction) found.push({ ...instruction, documents, startLine: at + 1, endLine: end });
    at = end;
  }
  return found;
}

/** The character that escapes others, as the directive `escape` chooses it. */
export function escapeOf(lines: readonly string[]): string {
  const directive = readDirectives(lines, '#', true).find(({ name }) => name === 'escape');
  return directive?.value === '`' ? '`' : '\\';
}

/** The logical line that starts at `start`, and the index of the line after it. */
function joinLines(lines: readonly string[], start: number, escapeChar: string): { text: string; next: number } {
  const first = trimStart(lines[start]!);
  let part = isComment(first) ? { text: '', goesOn: false } : cutContinuation(first, escapeChar);
  const parts = [part.text];
  let next = start + 1;
  for (; part.goesOn && next < lines.length; next++) {
    const line = lines[next]!;
    if (isComment(line) || trimStart(line) === '') continue;
    part = cutContinuation(line, escapeChar);
    parts.push(part.text);
  }
  return { text: parts.join(''), next };
}

function cutContinuation(line: string, escapeChar: string): { text: string; goesOn: boolean } {
  const pattern = escapeChar === '`' ? /([^`])`[ \t]*$|^`[ \t]*$/ : /([^\\])\\[ \t]*$|^\\[ \t]*$/;
  return pattern.test(line) ? { text: line.replace(pattern, '$1'), goesOn: true } : { text: line, goesOn: false };
}

function parse(text: string, escapeChar: string): Omit<Instruction, 'documents' | 'startLine' | 'endLine'> | null {
  const trimmed = trim(text);
  const outer = splitInstruction(trimmed, escapeChar);
  // One level: BuildKit refuses ONBUILD inside of ONBUILD.
  const inner = outer?.keyword === 'onbuild' ? splitInstruction(outer.args, escapeChar) : null;
  const found = inner ?? outer;
  return found && { ...found, text: trimmed };
}

function splitInstruction(text: string, escapeChar: string): Pick<Instruction, 'keyword' | 'flags' | 'args'> | null {
  const match = /^([^\t\v\f\r ]+)(?:[\t\v\f\r ]+([\s\S]*))?$/.exec(text);
  if (!match) return null;
  const { flags, rest } = splitFlags(match[2] ?? '', escapeChar);
  return { keyword: match[1]!.toLowerCase(), flags, args: trim(rest) };
}

const withHeredocs = new Set(['run', 'copy', 'add']);

/** Index of the line after an instruction's here-documents. */
function endOfHeredocs(
  lines: readonly string[],
  next: number,
  { keyword, args, text }: Pick<Instruction, 'keyword' | 'args' | 'text'>,
): number {
  if (!withHeredocs.has(keyword)) return next;
  let at = next;
  for (const { terminator, stripTabs } of heredocsOf(text, args)) {
    while (at < lines.length) {
      const line = stripTabs ? lines[at]!.replace(/^\t+/, '') : lines[at]!;
      at++;
      if (line === terminator) break;
    }
  }
  return at;
}
