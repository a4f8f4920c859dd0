import { createHash } from 'node:crypto';

/** What an audit entry says: all of it goes into the entry's hash, so that no part can change unseen. */
export interface AuditContent {
  readonly id: string;
  /** The organization, or `installation` for what belongs to none. */
  readonly chain: string;
  /** From 1, without gaps, within the chain. */
  readonly number: number;
  /** RFC 3339 in UTC, to the millisecond. */
  readonly at: string;
  readonly actor: { readonly kind: string; readonly id: string | null; readonly name: string };
  readonly action: string;
  readonly subject: { readonly kind: string; readonly id: string };
  /** The project that the subject is or belongs to. */
  readonly project: string | null;
  readonly address: string | null;
  readonly before: unknown;
  readonly after: unknown;
}

export interface ChainedEntry extends AuditContent {
  /** Lower-case hex. */
  readonly hash: string;
}

/** Where a chain has come to: number and hash of its newest entry. */
export interface ChainHead {
  readonly number: number;
  readonly hash: string;
}

export type ChainBreak = 'missing' | 'changed' | 'cut_off' | 'added_outside';

/** The head of a chain that has no entry yet. */
export function chainStart(chain: string): ChainHead {
  return { number: 0, hash: sha256(`cooperage audit ${chain}`) };
}

/** The hash of an entry: SHA-256 over the hash before it, a line feed, and the entry as JSON with sorted keys. */
export function auditHash(previous: string, entry: AuditContent): string {
  const { id, chain, number, at, actor, action, subject, project, address, before, after } = entry;
  const content = { id, chain, number, at, actor, action, subject, project, address, before, after };
  return sha256(`${previous}\n${canonicalJson(content)}`);
}

/** What is wrong with `entry` as the one that follows `head`; null when it does follow. */
export function linkBreak(head: ChainHead, entry: ChainedEntry): ChainBreak | null {
  if (entry.number !== head.number + 1) return 'missing';
  return auditHash(head.hash, entry) === entry.hash ? null : 'changed';
}

/** One text for one value, whatever the order in which its keys are stored. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value ?? null, (_key, item: unknown) => (isPlainObject(item) ? sortedKeys(item) : item));
}

function sortedKeys(object: object): object {
  return Object.fromEntries(Object.entries(object).sort(([a], [b]) => (a < b ? -1 : 1)));
}

function isPlainObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
