import { cpuTimeMs } from '@cooperage/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { buildFilterKeys, filterErrorText, readBuildFilter } from './build-filter.js';

const conditionsOf = (text: string) => {
  const read = readBuildFilter(text);
  if (!read.ok) throw new Error(filterErrorText(read.error));
  return read.terms.map(({ condition }) => condition);
};
const complaint = (text: string) => {
  const read = readBuildFilter(text);
  return read.ok ? null : filterErrorText(read.error);
};

describe('a filter of builds', () => {
  it('reads each of its keys', () => {
    const digest = `sha256:${'a'.repeat(64)}`;
    expect(
      conditionsOf(
        `is:failed is:timed-out is:active project:api project:acme/api branch:main tag:v1 ref:refs/x author:me author:Ada ` +
          `title:fix step:"npm ci" cause:push rule:branches since:7d until:2026-11-20 took:>5m`,
      ),
    ).toEqual([
      { kind: 'status', statuses: ['failed'] },
      { kind: 'status', statuses: ['timed_out'] },
      { kind: 'status', statuses: ['awaiting_approval', 'queued', 'running', 'canceling'] },
      { kind: 'project', organization: null, slug: 'api' },
      { kind: 'project', organization: 'acme', slug: 'api' },
      { kind: 'ref', ref: 'refs/heads/main' },
      { kind: 'ref', ref: 'refs/tags/v1' },
      { kind: 'ref', ref: 'refs/x' },
      { kind: 'mine' },
      { kind: 'author', contains: 'Ada' },
      { kind: 'title', contains: 'fix' },
      { kind: 'step', contains: 'npm ci' },
      { kind: 'cause', trigger: 'push' },
      { kind: 'rule', name: 'branches' },
      { kind: 'since', since: { agoMs: 604_800_000 } },
      { kind: 'until', since: { day: '2026-11-20' } },
      { kind: 'took', bound: { than: 'longer', ms: 300_000 } },
    ]);
    expect(
      conditionsOf(
        `took:<30s image:${digest} image:aaaaaaa commit:0123abc signed:no code:StepFailed failure:${'0f'.repeat(8)}`,
      ),
    ).toEqual([
      { kind: 'took', bound: { than: 'shorter', ms: 30_000 } },
      { kind: 'image', range: { from: digest, below: `${digest}g` } },
      { kind: 'image', range: { from: 'sha256:aaaaaaa', below: 'sha256:aaaaaaag' } },
      { kind: 'commit', range: { from: '0123abc', below: '0123abcg' } },
      { kind: 'signed', signed: false },
      { kind: 'code', code: 'StepFailed' },
      { kind: 'failure', fingerprint: '0f'.repeat(8) },
    ]);
  });

  it.each([
    ['is:gone', /^characters 1 to 7: is: expects one of .*failed/],
    ['is:failed colour:red', /^characters 11 to 20: colour is none of is, project/],
    ['took:5m', /expects > or </],
    ['since:yesterday', /a duration such as 7d/],
    ['since:2026-02-30', /no such day/],
    ['image:latest', /7 digits/],
    ['signed:maybe', /yes, no/],
    ['project:a/b/c', /short name of a project/],
    ['failure:zz', /16 digits/],
    ['title:"a\u0000b"', /control characters/],
  ])('says what is wrong with %j', (text, expected) => {
    expect(complaint(text)).toMatch(expected);
  });

  it('S-069 takes no key of an object’s own', () => {
    for (const key of ['constructor', 'hasownproperty', 'tostring', 'valueof'])
      expect(complaint(`${key}:x`)).toContain('is none of');
    expect(buildFilterKeys).not.toContain('constructor');
  });

  it('S-070 S-071 keeps operators and metacharacters the text that they are, or refuses them', () => {
    expect(
      conditionsOf(`title:"%_' OR 1=1; --" step:{"contains":""}`.replace('{"contains":""}', '"$.a ? (@ > 1)"')),
    ).toEqual([
      { kind: 'title', contains: `%_' OR 1=1; --` },
      { kind: 'step', contains: '$.a ? (@ > 1)' },
    ]);
    for (const text of ['{"not":null}', 'OR', 'is:{"not":null}', 'cause:push;drop', 'commit:%', 'since:1d;--'])
      expect(complaint(text), text).not.toBeNull();
  });

  it('answers any text', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.constantFrom(...buildFilterKeys, 'x'), fc.string({ unit: 'binary', maxLength: 20 })), {
          maxLength: 8,
        }),
        (terms) => {
          const text = terms.map(([key, value]) => `${key}:${value}`).join(' ');
          const read = readBuildFilter(text);
          if (!read.ok) expect(read.error.end).toBeLessThanOrEqual(text.length);
        },
      ),
    );
  });

  it('takes time in proportion to the text', () => {
    const hostile = [`step:"${'\\'.repeat(990)}`, '-'.repeat(1000), `took:${'>'.repeat(990)}`, `${'a'.repeat(999)}:`];
    const began = cpuTimeMs();
    for (let round = 0; round < 200; round++) for (const text of hostile) readBuildFilter(text);
    expect(cpuTimeMs() - began).toBeLessThan(2000);
  });
});
