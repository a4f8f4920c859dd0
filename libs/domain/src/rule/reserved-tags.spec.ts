import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { atOnce } from '../share/in-turns.js';
import { MatchWork } from './match-work.js';
import { ReservedTags, type TagRules } from './reserved-tags.js';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

const many = <T>(count: number, make: (at: number) => T): T[] => Array.from({ length: count }, (_, at) => make(at));
const releases = (refPattern: string, ...tags: string[]) =>
  ({ enabled: true, refKind: 'tag', refPattern, tags }) as const;
const rulesOf = (rules: TagRules['rules'], protectedTags: readonly string[]): TagRules => {
  return { rules, protectedTags, defaultBranch: 'main', protectedBranches: [] };
};
const reservedOf = (rules: TagRules, work = MatchWork.unbounded()) => atOnce(ReservedTags.of(rules, work));
/** As long and as wide as a pattern may be. */
const long = (at: number) => `**${'?'.repeat(500)}繁${at}`;

describe('R8-B1 protected git tags', () => {
  const hundred = many(100, (at) =>
    releases(`**${at}`, ...many(20, (tag) => `{{tag}}-{{tag}}-{{tag}}x${'y'.repeat(190)}${tag}`)),
  );

  it('R8-B1 cost work for each pattern, and not for each pattern of each template', () => {
    const steps = (protectedTags: readonly string[]) => {
      const work = new MatchWork(20_000_000);
      reservedOf(rulesOf(hundred, protectedTags), work);
      return work.steps;
    };
    const [one, fifty] = [steps([long(0)]), steps(many(50, long))];
    expect(fifty - one).toBeGreaterThan(49 * 500);
    expect(fifty).toBeLessThan(2_000_000);
  });

  it('R8-B1 are kept once for all rules and templates', () => {
    const rules = rulesOf(hundred, many(50, long));
    reservedOf(rules);
    collectGarbage();
    const before = process.memoryUsage().heapUsed;
    const reserved = reservedOf(rules);
    atOnce(reserved.has('topic'));
    collectGarbage();
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(20 * 1024 * 1024);
    // It is in use until here.
    expect(atOnce(reserved.has('other'))).toBe(false);
  });

  it('R8-B1 keep no long text for the tags of protected branches, of which a tag is only the beginning', () => {
    const template = `${'{{branch}}'.repeat(10)}x`;
    const branches = { enabled: true, refKind: 'branch', refPattern: '**' } as const;
    const rules = many(100, (at) => ({ ...branches, tags: many(2, (tag) => `${at}-${tag}${template}`) }));
    const all = { ...rulesOf(rules, []), protectedBranches: many(30, (at) => `${at}${'b'.repeat(480)}*繁`) };
    reservedOf(all);
    collectGarbage();
    const before = process.memoryUsage().heapUsed;
    const reserved = reservedOf(all);
    collectGarbage();
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(20 * 1024 * 1024);
    expect(atOnce(reserved.has('other'))).toBe(false);
  });
});

it('R8-B6 a pattern that begins with folders keeps names without folders too', () => {
  const has = (refPattern: string, protectedTag: string, tag: string) =>
    atOnce(reservedOf(rulesOf([releases(refPattern, '{{tag}}')], [protectedTag])).has(tag));
  expect(has('v*', '**/v*', 'v1.2.3')).toBe(true);
  expect(has('**/v*', 'v*', 'v1.2.3')).toBe(true);
  expect(has('**', 'release/**/v*', 'release-v1')).toBe(false);
  expect(has('release/**', 'release/**/v*', 'release-v1')).toBe(true);
  expect(has('v*', '**/v*', 'vendor')).toBe(false);
});
