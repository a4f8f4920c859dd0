import { describe, expect, it } from 'vitest';
import type { CacheFacts } from './cache-facts.js';
import { lookBudget } from './step-files.js';
import { builtFrom as build, copied, files, first, node, reasonAt, reasons } from './why-ran.fixture.js';
import { whyStepsRan } from './why-ran.js';

describe('which build a step is compared with', () => {
  it('compares with the newest build that came to the step, and tells which one a result is from', () => {
    const broken = build({
      number: 2,
      dockerfile: node,
      files: { ...files, 'src/a.js': '7' },
      cached: ['W', 'COPY p'],
    });
    const steps = broken.steps.map((step) => (step.ordinal > 3 ? { ...step, started: false, completed: false } : step));
    const failed = { ...broken, steps };
    const now = build({ number: 3, dockerfile: node, files: { ...files, 'src/a.js': '8' }, cached: ['W', 'COPY p'] });
    expect(reasons(whyStepsRan(now, [failed, first]))).toEqual([
      ['reused', 1],
      ['reused', 1],
      ['not_kept', 1],
      ['earlier_step', 1],
      ['earlier_step', 1],
    ]);
  });

  it('compares with a build that is alike in all that comes before the step, though a newer one was not', () => {
    const copy = (line: string) => `FROM busybox\nRUN ${line}\nCOPY a .\n`;
    const [one, two] = [
      build({ number: 1, dockerfile: copy('one'), files: { a: '1' } }),
      build({ number: 2, dockerfile: copy('two'), files: { a: '1' } }),
    ];
    const now = build({ number: 3, dockerfile: copy('one'), files: { a: '3' }, cached: ['RUN one'] });
    expect(reasons(whyStepsRan(now, [two, one]))).toEqual([
      ['reused', 1],
      ['files', 1],
    ]);
  });

  it('knows the steps of a lone stage, whether or not the builder names it', () => {
    const dockerfile = 'FROM busybox AS app\nRUN one\n';
    const before = build({ number: 1, dockerfile });
    const steps = before.steps.map((step) => ({ ...step, stage: 'app', name: step.name.replace('[', '[app ') }));
    const now = { ...before, build: { id: 'b2', number: 2 }, steps: steps.map((step) => ({ ...step, cached: true })) };
    for (const earlier of [before, { ...before, steps }])
      expect(reasons(whyStepsRan(now, [earlier]))).toEqual([['reused', 1]]);
  });

  it('looks first at builds with which it shares results', () => {
    const apart = { ...first, build: { id: 'b2', number: 2 }, space: 'p1-protected' };
    const now = build({ number: 3, dockerfile: node, files, facts: { space: 'p1-branch' } });
    const own = { ...first, space: 'p1-branch' };
    expect(whyStepsRan(now, [apart, own])[0]).toMatchObject({ reason: { why: 'dropped' }, against: { number: 1 } });
  });

  it('compares with the build that had left it first, then with what its worker built, then with others', () => {
    const far = { workerName: 'w2' };
    const earlier = [copied(4, '4', far), copied(3, '3'), copied(2, '2', far)];
    const copyAfter = (read: CacheFacts['read'], builds = earlier) =>
      reasons(whyStepsRan(copied(5, 'new', { read }), builds))[0];
    expect(copyAfter({ from: 2 })).toEqual(['files', 2]);
    expect(copyAfter({ from: null })).toEqual(['files', 3]);
    expect(copyAfter({ from: null }, [copied(4, '4', far)])).toEqual(['files', 4]);
    expect(copyAfter(null)).toEqual(['files', 4]);
  });

  it('looks at no more of large contexts than can be waited for, newest first, and says so', () => {
    const many = Object.fromEntries(Array.from({ length: 12 }, (_, at) => [`f${at}`, '1']));
    const dockerfile = 'FROM busybox\nCOPY . .\nRUN x\n';
    const at = (number: number, word: string) => build({ number, dockerfile, files: { ...many, f0: word } });
    const old = [at(4, '5'), at(3, '4'), at(2, '3'), at(1, 'new')];
    // Enough for four builds of which one step reads twelve files; the fifth would say that nothing differs.
    const budget = { looksLeft: 4 * 12 + 2 };
    expect(reasonAt(whyStepsRan(at(5, 'new'), old, budget), 0)).toMatchObject({ kind: 'files', changed: 1 });
    expect(budget.looksLeft).toBe(2);
    expect(reasonAt(whyStepsRan(at(5, 'new'), old, { looksLeft: 5 * 12 }), 0)).toMatchObject({ kind: 'not_kept' });
    const readers = `${dockerfile}${'COPY . /again\n'.repeat(4)}`;
    const large = (number: number, word: string) =>
      build({ number, dockerfile: readers, files: { ...many, f0: word } });
    const small = { looksLeft: 5 * 12 - 1 };
    expect(reasons(whyStepsRan(large(2, 'new'), [large(1, 'old')], small)).slice(0, 2)).toEqual([
      ['unknown', 1],
      ['earlier_step', 1],
    ]);
    expect(small.looksLeft).toBe(5 * 12 - 1);
  });

  it('has half a million looks where nobody says otherwise', () => {
    expect(lookBudget()).toEqual({ looksLeft: 500_000 });
  });
});
