import { describe, expect, it } from 'vitest';
import {
  type AuditContent,
  auditHash,
  type ChainedEntry,
  canonicalJson,
  chainStart,
  linkBreak,
} from './audit-chain.js';

const chain = 'acme';
const content = (number: number, changes: Partial<AuditContent> = {}): AuditContent => ({
  id: `id-${number}`,
  chain,
  number,
  at: '2026-11-24T10:00:00.000Z',
  actor: { kind: 'person', id: 'olga', name: 'Olga' },
  action: 'project.change',
  subject: { kind: 'project', id: 'p' },
  project: 'p',
  address: '192.0.2.1',
  before: { name: 'a' },
  after: { name: 'b' },
  ...changes,
});
const first: ChainedEntry = { ...content(1), hash: auditHash(chainStart(chain).hash, content(1)) };
const second: ChainedEntry = { ...content(2), hash: auditHash(first.hash, content(2)) };

describe('the chain of the audit', () => {
  it('goes from its start through every entry', () => {
    expect(linkBreak(chainStart(chain), first)).toBeNull();
    expect(linkBreak(first, second)).toBeNull();
  });

  it.each<[string, Partial<AuditContent>]>([
    ['the id', { id: 'other' }],
    ['the time', { at: '2026-11-24T10:00:00.001Z' }],
    ['the actor', { actor: { kind: 'person', id: 'olga', name: 'Olaf' } }],
    ['the action', { action: 'project.delete' }],
    ['the subject', { subject: { kind: 'project', id: 'q' } }],
    ['the project', { project: null }],
    ['the address', { address: null }],
    ['what was before', { before: { name: 'x' } }],
    ['what is after', { after: null }],
    ['the organization', { chain: 'rival' }],
  ])('shows that %s was changed', (_what, changes) => {
    expect(linkBreak(first, { ...second, ...changes })).toBe('changed');
  });

  it('shows that an entry is missing, stands twice, or has changed places', () => {
    expect(linkBreak(chainStart(chain), second)).toBe('missing');
    expect(linkBreak(second, second)).toBe('missing');
    expect(linkBreak(second, first)).toBe('missing');
  });

  it('shows that an entry was written anew, by the entry behind it', () => {
    const forged = content(1, { after: { name: 'forged' } });
    const rewritten = { ...forged, hash: auditHash(chainStart(chain).hash, forged) };
    expect(linkBreak(chainStart(chain), rewritten)).toBeNull();
    expect(linkBreak(rewritten, second)).toBe('changed');
  });

  it('starts elsewhere for every organization', () => {
    expect(chainStart('rival').hash).not.toBe(chainStart(chain).hash);
  });
});

describe('canonicalJson', () => {
  it('does not depend on the order of keys, at any depth', () => {
    expect(canonicalJson({ b: [{ d: 1, c: null }], a: 2 })).toBe(canonicalJson({ a: 2, b: [{ c: null, d: 1 }] }));
  });

  it('tells values apart that look alike', () => {
    const texts = [[1, 2], [2, 1], { 0: 1 }, '1', 1, null, [null], 'null', { a: {} }, { a: [] }].map(canonicalJson);
    expect(new Set(texts).size).toBe(texts.length);
    expect(canonicalJson(undefined)).toBe('null');
  });
});
