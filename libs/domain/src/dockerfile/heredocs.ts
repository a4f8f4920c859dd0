import { bytesToText, toBytes } from './lines.js';
import { shellWords } from './shell-words.js';

/** The end of a here-document, as its instruction announces it. */
export interface Heredoc {
  readonly terminator: string;
  /** `<<-`: tabs before the terminator are taken off. */
  readonly stripTabs: boolean;
  /** No part of the terminator is in quotes: COPY and ADD put variables in place in what it holds. */
  readonly expands: boolean;
}

/** Here-documents that the whole text of a RUN, COPY or ADD opens, in order; none in the JSON form. */
export function heredocsOf(text: string, args: string): Heredoc[] {
  if (!text.includes('<<') || isJsonList(args)) return [];
  return (shellWords(bytesToText(text), true) ?? []).flatMap((word) => heredocOf(word) ?? []);
}

/** The here-document that one word opens, null where it opens none. */
export function heredocOf(word: string): Heredoc | null {
  const match = /^\d*<<(-?)[\t\n\f\r ]*([^<]*)$/.exec(word);
  const names = match?.[2] ? shellWords(match[2], false) : null;
  if (names?.length !== 1) return null;
  const written = shellWords(match![2]!, true)?.[0] ?? '';
  const expands = quotesIn(names[0]!) === quotesIn(written);
  return { terminator: toBytes(names[0]!), stripTabs: match![1] === '-', expands };
}

function quotesIn(text: string): number {
  return text.match(/['"]/g)?.length ?? 0;
}

function isJsonList(args: string): boolean {
  if (!args.startsWith('[')) return false;
  try {
    const list: unknown = JSON.parse(bytesToText(args));
    return Array.isArray(list) && list.every((item) => typeof item === 'string');
  } catch {
    return false;
  }
}
