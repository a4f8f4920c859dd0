import { describe, expect, it } from 'vitest';
import type { Digest } from '../../image/digest.js';
import type { ResolvedTarget } from '../../input/definition.js';
import { type CacheFacts, type NamedContextFact, namedContextFact } from './cache-facts.js';
import { namedEntries } from './context-manifest.js';
import type { RunReason } from './run-reason.js';
import { builtFrom, digest, entries } from './why-ran.fixture.js';
import { whyStepsRan } from './why-ran.js';

describe('why a step that reads named contexts ran', () => {
  const dockerfile = `FROM tool
RUN prepare
COPY --from=lib sub *.txt /lib/
FROM lib AS whole
COPY a /a
FROM whole
FROM busybox
COPY a /a
COPY --from=whole x /x
RUN --mount=type=bind,from=lib,source=b.txt,target=/b true
`;
  const lib = { 'a.txt': '1', 'b.txt': '2', 'sub/c': '3', 'other/d': '4' };
  const named = (tool: string | null) =>
    new Map<string, NamedContextFact>([
      ['lib', { kind: 'folder' }],
      ['tool', { kind: 'image', digest: tool === null ? null : (digest(tool) as Digest) }],
    ]);
  const at = (number: number, files: Readonly<Record<string, string>>, tool: string | null, own = 'own') => {
    const namedContexts = named(tool);
    const context = [...entries({ a: own }), ...namedEntries('lib', entries(files))];
    return builtFrom({ number, dockerfile, cached: ['RUN prepare'], facts: { context, namedContexts } });
  };
  const told = (now: CacheFacts, then: CacheFacts) =>
    whyStepsRan(now, [then]).map(({ startLine, reason }) => [startLine, reason?.kind, filesIn(reason)]);
  const filesIn = (reason: RunReason | null) =>
    reason?.kind === 'files' ? reason.changes.map(({ path }) => path) : undefined;

  it('names the files of a folder that a step took, and no others', () => {
    const before = at(1, lib, 'a');
    expect(told(at(2, { ...lib, 'sub/c': '9' }, 'a'), before)).toEqual([
      [2, undefined, undefined],
      [3, 'files', ['lib//sub/c']],
      [5, 'files', ['lib//sub/c']],
      [8, 'not_kept', undefined],
      [9, 'earlier_step', undefined],
      [10, 'earlier_step', undefined],
    ]);
    expect(told(at(2, { ...lib, 'b.txt': '9' }, 'a'), before)[1]).toEqual([3, 'files', ['lib//b.txt']]);
    expect(told(at(2, { ...lib, 'other/d': '9' }, 'a'), before)[1]).toEqual([3, 'not_kept', undefined]);
    expect(told(at(2, lib, 'a', 'new'), before)[3]).toEqual([8, 'files', ['a']]);
  });

  it('says that an image moved, and nothing of one that nobody knows', () => {
    const ran = (facts: CacheFacts) => ({ ...facts, steps: facts.steps.map((step) => ({ ...step, cached: false })) });
    expect(told(ran(at(2, lib, 'b')), at(1, lib, 'a'))[0]).toEqual([2, 'base', undefined]);
    expect(told(ran(at(2, lib, null)), at(1, lib, 'a'))[0]).toEqual([2, 'unknown', undefined]);
  });

  it('says that nothing made upon a folder is found again', () => {
    const verdict = whyStepsRan(at(2, lib, 'a'), [at(1, lib, 'a')]).find(({ startLine }) => startLine === 5);
    expect(verdict?.reason).toEqual({ kind: 'unknown', why: 'upon_folder' });
  });

  it('makes up nothing for a step that takes another target, of whose inputs there is no record', () => {
    const text = (word: string) =>
      `FROM base\nRUN one ${word}\nRUN two\nFROM busybox\nCOPY --from=tools /x /x\nCOPY a /a\n`;
    const targets: Pick<ResolvedTarget, 'name' | 'namedContexts'>[] = [
      { name: 'base', namedContexts: {} },
      { name: 'tools', namedContexts: { base: 'target:base' } },
    ];
    const namedContexts = new Map([
      ['base', namedContextFact('target:base', [], targets)],
      ['tools', namedContextFact('target:tools', [], targets)],
    ]);
    expect(namedContexts.get('tools')).toEqual({
      kind: 'target',
      target: 'tools',
      targets: new Set(['tools', 'base']),
    });
    const made = (number: number, baseRan: boolean, word = 'a', cached: readonly string[] = []) => {
      const facts = builtFrom({
        number,
        dockerfile: text(word),
        cached,
        facts: { namedContexts, context: entries({ a: '1' }) },
      });
      const ofBase = {
        ...{ ordinal: 90, name: '[base 2/2] RUN one a', stage: null, target: 'base' },
        ...{ cached: !baseRan, started: true, completed: true },
      };
      return { ...facts, steps: [ofBase, ...facts.steps] };
    };
    const reasons = (now: CacheFacts, then: CacheFacts) =>
      whyStepsRan(now, [then]).map(({ startLine, cached, reason }) => [
        ...[startLine, cached, reason?.kind ?? null],
        reason?.kind === 'unknown' ? reason.why : null,
      ]);
    // A step of another target is none of the Dockerfile's, though it is called alike.
    expect(reasons(made(2, true), made(1, true))).toEqual([
      [2, false, 'unknown', 'of_target'],
      [3, false, 'earlier_step', null],
      [5, false, 'unknown', 'of_target'],
      [6, false, 'earlier_step', null],
    ]);
    // What is recorded and differs may not be why where a step of the target ran, and is where none did.
    expect(reasons(made(2, true, 'b'), made(1, true))[0]).toEqual([2, false, 'instruction', null]);
    expect(reasons(made(2, false), made(1, true))[0]).toEqual([2, false, 'unknown', 'of_target']);
    const kept = made(2, false, 'a', ['RUN', 'COPY --from']);
    expect(reasons(kept, made(1, true))).toEqual([
      ...[
        [2, true, null, null],
        [3, true, null, null],
        [5, true, null, null],
      ],
      [6, false, 'unknown', 'not_matched'],
    ]);
  });

  it('knows an image by what its builder found, or by the digest that it is named with', () => {
    const found = [{ name: 'docker.io/library/busybox:latest', digest: digest('a') }];
    expect(namedContextFact('docker-image://busybox', found)).toEqual({ kind: 'image', digest: digest('a') });
    expect(namedContextFact('docker-image://other', found)).toEqual({ kind: 'image', digest: null });
    expect(namedContextFact(`docker-image://other@${digest('b')}`, [])).toEqual({ kind: 'image', digest: digest('b') });
    expect(namedContextFact('libs/a', found)).toEqual({ kind: 'folder' });
  });
});
