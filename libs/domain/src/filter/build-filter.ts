import { type BuildStatus, buildStatuses } from '../build/build-machine.js';
import { failureCatalogue } from '../failure/catalogue.js';
import { type FilterError, type FilterToken, readFilterTokens } from './filter-syntax.js';
import {
  type DurationBound,
  type HexRange,
  type ReadValue,
  readDurationBound,
  readHexRange,
  readSince,
  readText,
  readWord,
  readYesNo,
  type Since,
} from './filter-values.js';

/** What one term of a filter of builds asks for. */
export type BuildCondition =
  | { readonly kind: 'status'; readonly statuses: readonly BuildStatus[] }
  | { readonly kind: 'project'; readonly organization: string | null; readonly slug: string }
  | { readonly kind: 'ref'; readonly ref: string }
  | { readonly kind: 'author'; readonly contains: string }
  /** Whose commit or whose wish it is: the reader. */
  | { readonly kind: 'mine' }
  | { readonly kind: 'title'; readonly contains: string }
  /** The step at which the build failed. */
  | { readonly kind: 'step'; readonly contains: string }
  | { readonly kind: 'cause'; readonly trigger: (typeof buildCauses)[number] }
  | { readonly kind: 'rule'; readonly name: string }
  | { readonly kind: 'since'; readonly since: Since }
  | { readonly kind: 'until'; readonly since: Since }
  | { readonly kind: 'took'; readonly bound: DurationBound }
  | { readonly kind: 'image'; readonly range: HexRange }
  | { readonly kind: 'commit'; readonly range: HexRange }
  | { readonly kind: 'signed'; readonly signed: boolean }
  | { readonly kind: 'code'; readonly code: string }
  | { readonly kind: 'failure'; readonly fingerprint: string };

export interface BuildTerm extends FilterToken {
  readonly condition: BuildCondition;
}

export type BuildFilterRead =
  | { readonly ok: true; readonly terms: readonly BuildTerm[] }
  | { readonly ok: false; readonly error: FilterError };

export const buildCauses = ['push', 'retry', 'manual', 'replay'] as const;

const groups: Readonly<Record<string, readonly BuildStatus[]>> = {
  active: ['awaiting_approval', 'queued', 'running', 'canceling'],
  broken: ['failed', 'timed_out'],
};
/** Not made at once: a page that imports something beside it would carry it along. */
const statusWords = () => [...buildStatuses.map((status) => status.replace('_', '-')), ...Object.keys(groups)];

type Reader = (value: string) => ReadValue<BuildCondition>;

function as<T>(read: ReadValue<T>, condition: (value: T) => BuildCondition): ReadValue<BuildCondition> {
  return read.ok ? { ok: true, value: condition(read.value) } : read;
}

/** One reader for each key; the order is the one in which the keys are told to people. */
const readers: Readonly<Record<string, Reader>> = {
  is: (value) => as(readWord(value, statusWords()), (word) => ({ kind: 'status', statuses: statusesOf(word) })),
  project: readProject,
  branch: (value) => as(readText(value), (name) => ({ kind: 'ref', ref: `refs/heads/${name}` })),
  tag: (value) => as(readText(value), (name) => ({ kind: 'ref', ref: `refs/tags/${name}` })),
  ref: (value) => as(readText(value), (ref) => ({ kind: 'ref', ref })),
  author: (value) =>
    as(readText(value), (name) => (name === 'me' ? { kind: 'mine' } : { kind: 'author', contains: name })),
  title: (value) => as(readText(value), (contains) => ({ kind: 'title', contains })),
  step: (value) => as(readText(value), (contains) => ({ kind: 'step', contains })),
  cause: (value) => as(readWord(value, buildCauses), (trigger) => ({ kind: 'cause', trigger })),
  rule: (value) => as(readText(value), (name) => ({ kind: 'rule', name })),
  since: (value) => as(readSince(value), (since) => ({ kind: 'since', since })),
  until: (value) => as(readSince(value), (since) => ({ kind: 'until', since })),
  took: (value) => as(readDurationBound(value), (bound) => ({ kind: 'took', bound })),
  image: (value) => as(readHexRange(value, 'sha256:'), (range) => ({ kind: 'image', range })),
  commit: (value) => as(readHexRange(value), (range) => ({ kind: 'commit', range })),
  signed: (value) => as(readYesNo(value), (signed) => ({ kind: 'signed', signed })),
  code: (value) => as(readWord(value, Object.keys(failureCatalogue)), (code) => ({ kind: 'code', code })),
  failure: (value) =>
    /^[0-9a-f]{16}$/.test(value)
      ? { ok: true, value: { kind: 'failure', fingerprint: value } }
      : { ok: false, message: 'the 16 digits of a failure, as a group of failures links to them' },
};

/** Keys of the language, in the order in which they are told. */
export const buildFilterKeys: readonly string[] = Object.keys(readers);

/**
 * Reads a filter of builds. Pure: what is relative to the reader or to now (`author:me`, `since:7d`) stays so.
 * @returns the terms, or the first thing that is wrong with its place
 */
export function readBuildFilter(text: string): BuildFilterRead {
  const read = readFilterTokens(text);
  if (!read.ok) return read;
  const terms: BuildTerm[] = [];
  for (const token of read.tokens) {
    const condition = readCondition(token);
    if (!condition.ok) return { ok: false, error: { start: token.start, end: token.end, message: condition.message } };
    terms.push({ ...token, condition: condition.value });
  }
  return { ok: true, terms };
}

/** The place and the sentence as one, for an error body or a terminal. */
export function filterErrorText({ start, end, message }: FilterError): string {
  const place = end > start + 1 ? `characters ${start + 1} to ${end}` : `character ${start + 1}`;
  return `${place}: ${message}`;
}

function readCondition({ key, value }: FilterToken): ReadValue<BuildCondition> {
  const reader = Object.hasOwn(readers, key) ? readers[key] : undefined;
  if (!reader) return { ok: false, message: `${key} is none of ${buildFilterKeys.join(', ')}` };
  const read = reader(value);
  return read.ok ? read : { ok: false, message: `${key}: expects ${read.message}` };
}

function statusesOf(word: string): readonly BuildStatus[] {
  return Object.hasOwn(groups, word) ? groups[word]! : [word.replace('-', '_') as BuildStatus];
}

function readProject(text: string): ReadValue<BuildCondition> {
  const parts = text.split('/');
  const slug = parts.at(-1) ?? '';
  const organization = parts.length === 2 ? (parts[0] ?? '') : null;
  const named = (name: string): boolean => /^[a-z0-9-]{1,63}$/.test(name);
  return parts.length <= 2 && named(slug) && (organization === null || named(organization))
    ? { ok: true, value: { kind: 'project', organization, slug } }
    : { ok: false, message: 'the short name of a project, or organization/project' };
}
