/** A part of a filter line as it is written: `-branch:main`, `step:"npm ci"`. Places are counted in UTF-16 units, from 0. */
export interface FilterToken {
  readonly key: string;
  readonly value: string;
  /** With a `-` before it: whatever passes it is left out. */
  readonly negated: boolean;
  readonly start: number;
  readonly end: number;
}

/** What is wrong with a filter line, and where. */
export interface FilterError {
  readonly start: number;
  readonly end: number;
  readonly message: string;
}

export type FilterTokens =
  | { readonly ok: true; readonly tokens: readonly FilterToken[] }
  | { readonly ok: false; readonly error: FilterError };

export const maxFilterLength = 1000;
export const maxFilterTerms = 20;

const keyLetters = /[a-z]/;
const blank = /\s/;

/**
 * Reads the syntax that all lists share: terms of `key:value` between blanks, a value in double quotes where it holds
 * blanks (`\"` and `\\` inside), `-` before a term to leave out what passes it. One pass over the text.
 */
export function readFilterTokens(text: string): FilterTokens {
  if (text.length > maxFilterLength)
    return refuse(maxFilterLength, text.length, `a filter has at most ${maxFilterLength} characters`);
  const tokens: FilterToken[] = [];
  let at = 0;
  while (at < text.length) {
    if (blank.test(text[at]!)) {
      at += 1;
      continue;
    }
    if (tokens.length === maxFilterTerms)
      return refuse(at, text.length, `a filter has at most ${maxFilterTerms} terms`);
    const read = readToken(text, at);
    if ('message' in read) return { ok: false, error: read };
    tokens.push(read);
    at = read.end;
  }
  return { ok: true, tokens };
}

/** A term as it is written, quoted where it has to be. */
export function filterTerm(key: string, value: string, negated = false): string {
  const plain = value !== '' && !/[\s"\\]/.test(value);
  return `${negated ? '-' : ''}${key}:${plain ? value : `"${value.replace(/["\\]/g, '\\$&')}"`}`;
}

/** The filter without one of its terms, the others as they were written. */
export function withoutTerm(text: string, tokens: readonly FilterToken[], index: number): string {
  return tokens
    .filter((_, each) => each !== index)
    .map(({ start, end }) => text.slice(start, end))
    .join(' ');
}

function readToken(text: string, start: number): FilterToken | FilterError {
  const negated = text[start] === '-';
  const keyStart = negated ? start + 1 : start;
  let at = keyStart;
  while (at < text.length && keyLetters.test(text[at]!)) at += 1;
  if (text[at] !== ':' || at === keyStart) {
    return { start, end: wordEnd(text, start), message: 'a term is written key:value, for example is:failed' };
  }
  const key = text.slice(keyStart, at);
  const read = text[at + 1] === '"' ? readQuoted(text, at + 1) : readPlain(text, at + 1);
  if (read === null) return { start: at + 1, end: text.length, message: 'the quotes are not closed' };
  if (read.value === '') return { start, end: Math.max(read.end, at + 1), message: `${key}: needs a value` };
  if (read.end < text.length && !blank.test(text[read.end]!))
    return { start, end: wordEnd(text, read.end), message: 'a blank is missing after the closing quote' };
  return { key, value: read.value, negated, start, end: read.end };
}

function readPlain(text: string, start: number): { value: string; end: number } {
  const end = wordEnd(text, start);
  return { value: text.slice(start, end), end };
}

function readQuoted(text: string, start: number): { value: string; end: number } | null {
  const parts: string[] = [];
  for (let at = start + 1; at < text.length; at++) {
    if (text[at] === '"') return { value: parts.join(''), end: at + 1 };
    if (text[at] === '\\') at += 1;
    parts.push(text[at] ?? '');
  }
  return null;
}

function wordEnd(text: string, start: number): number {
  let at = start;
  while (at < text.length && !blank.test(text[at]!)) at += 1;
  return at;
}

function refuse(start: number, end: number, message: string): FilterTokens {
  return { ok: false, error: { start, end, message } };
}
