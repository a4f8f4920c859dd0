// biome-ignore-all lint/suspicious/noTemplateCurlyInString: Dockerfiles are full of them.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CacheFacts } from './cache-facts.js';
import { lookBudget } from './step-keys.js';
import { builtFrom as build, digest, entries } from './why-ran.fixture.js';
import { type StepVerdict, whyStepsRan } from './why-ran.js';

const reasons = (verdicts: readonly StepVerdict[]) =>
  verdicts.map(({ reason, against }) => [reason?.kind ?? 'reused', against?.number ?? null]);
const reasonAt = (verdicts: readonly StepVerdict[], index: number) => verdicts[index]?.reason;

const node = `FROM busybox:latest
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci
COPY . .
RUN npm run build
`;
const files = { 'README.md': '4', 'package-lock.json': '2', 'package.json': '1', 'src/a.js': '3' };
const first = build({ number: 1, dockerfile: node, files });

describe('why a step ran', () => {
  it('names the files of a COPY that were added, changed and removed, and that what follows ran for it', () => {
    const now = build({
      ...{ number: 2, dockerfile: node, cached: ['WORKDIR', 'COPY package', 'RUN npm ci'] },
      files: { 'package-lock.json': '2', 'package.json': '1', 'src/a.js': '5', 'src/b.js': '6' },
    });
    const verdicts = whyStepsRan(now, [first]);
    expect(reasons(verdicts)).toEqual([
      ['reused', 1],
      ['reused', 1],
      ['reused', 1],
      ['files', 1],
      ['earlier_step', 1],
    ]);
    expect(reasonAt(verdicts, 3)).toEqual({
      ...{ kind: 'files', added: 1, changed: 1, removed: 1 },
      changes: [
        { path: 'README.md', before: '4', after: null, mode: null },
        { path: 'src/a.js', before: '3', after: '5', mode: null },
        { path: 'src/b.js', before: null, after: '6', mode: null },
      ],
    });
    expect(reasonAt(verdicts, 4)).toEqual({ kind: 'earlier_step', ordinal: 5, definition: 'COPY . .' });
  });

  it('looks only at the files that the step takes', () => {
    const now = build({
      number: 2,
      dockerfile: node,
      files: { ...files, 'package-lock.json': '9' },
      cached: ['WORKDIR'],
    });
    expect(reasonAt(whyStepsRan(now, [first]), 1)).toMatchObject({
      changes: [{ path: 'package-lock.json', before: '2', after: '9' }],
      changed: 1,
    });
  });

  it('names a mode that alone is another', () => {
    const context = entries(files).map((entry) => (entry.path === 'src/a.js' ? { ...entry, mode: 0o755 } : entry));
    const now = build({ number: 2, dockerfile: node, facts: { context } });
    expect(reasonAt(whyStepsRan(now, [first]), 3)).toMatchObject({ kind: 'earlier_step' });
    const cached = build({
      number: 2,
      dockerfile: node,
      facts: { context },
      cached: ['WORKDIR', 'COPY package', 'RUN npm ci'],
    });
    expect(reasonAt(whyStepsRan(cached, [first]), 3)).toMatchObject({
      changes: [{ path: 'src/a.js', mode: { before: 0o644, after: 0o755 } }],
    });
  });

  it('names the base image that moved, for the step that stands upon it', () => {
    const now = build({ number: 2, dockerfile: node, files, base: 'b' });
    const verdicts = whyStepsRan(now, [first]);
    expect(reasonAt(verdicts, 0)).toEqual({
      ...{ kind: 'base', image: 'docker.io/library/busybox:latest', before: digest('a'), after: digest('b') },
    });
    expect(reasonAt(verdicts, 1)).toMatchObject({ kind: 'earlier_step', definition: 'WORKDIR /app' });
  });

  it('names the instruction that is another, is new, or is gone', () => {
    const run = (...lines: string[]) => ['FROM busybox', ...lines, ''].join('\n');
    const before = build({ number: 1, dockerfile: run('RUN a', 'RUN b', 'RUN c') });
    const verdict = (dockerfile: string, cached: string[]) =>
      whyStepsRan(build({ number: 2, dockerfile, cached }), [before]).find(({ reason }) => reason)?.reason;
    expect(verdict(run('RUN a', 'RUN b2', 'RUN c'), ['RUN a'])).toEqual({
      kind: 'instruction',
      before: 'RUN b',
      after: 'RUN b2',
    });
    expect(verdict(run('RUN a', 'RUN n', 'RUN b', 'RUN c'), ['RUN a'])).toEqual({
      kind: 'instruction',
      before: null,
      after: 'RUN n',
    });
    expect(verdict(run('RUN a', 'RUN c'), ['RUN a'])).toEqual({ kind: 'instruction', before: 'RUN b', after: null });
  });

  it('names the last instruction of a stage that is gone, for the step that copies from it', () => {
    const run = (...lines: string[]) => `FROM busybox AS a\n${lines.join('\n')}\nFROM busybox\nCOPY --from=a /x /x\n`;
    const before = build({ number: 1, dockerfile: run('RUN one', 'RUN two') });
    const now = build({ number: 2, dockerfile: run('RUN one'), cached: ['RUN one'] });
    expect(whyStepsRan(now, [before]).at(-1)?.reason).toEqual({ kind: 'instruction', before: 'RUN two', after: null });
  });

  it('names the build argument, the environment and the user that differ', () => {
    const dockerfile = 'FROM busybox\nRUN one\nARG V=1\nRUN two\n';
    const before = build({ number: 1, dockerfile });
    const now = build({ number: 2, dockerfile, args: { V: '2', UNUSED: 'x' }, cached: ['RUN one'] });
    expect(whyStepsRan(now, [before]).map(({ reason }) => reason)).toEqual([
      null,
      { kind: 'variable', name: 'V', before: '1', after: '2' },
    ]);
    const env = (text: string, cached: string[] = []) =>
      build({ number: 2, dockerfile: `FROM busybox\n${text}\nRUN two\n`, cached });
    expect(reasonAt(whyStepsRan(env('ENV A=2'), [env('ENV A=1')]), 0)).toEqual({
      ...{ kind: 'variable', name: 'A', before: '1', after: '2' },
    });
    expect(reasonAt(whyStepsRan(env('USER 7'), [env('USER 8')]), 0)).toEqual({
      ...{ kind: 'instruction', before: 'USER 8', after: 'USER 7' },
    });
  });

  it('names the commit’s time where the Dockerfile asks for it', () => {
    const dockerfile = 'FROM busybox\nARG SOURCE_DATE_EPOCH\nRUN two\n';
    const at = (number: number, time: string) => build({ number, dockerfile, args: { SOURCE_DATE_EPOCH: time } });
    expect(reasonAt(whyStepsRan(at(2, '20'), [at(1, '10')]), 0)).toMatchObject({ name: 'SOURCE_DATE_EPOCH' });
  });

  it('goes through stages: a COPY --from ran since the stage did', () => {
    const dockerfile = 'FROM busybox AS tools\nCOPY tool.c .\nFROM busybox\nCOPY --from=tools /tool /tool\nRUN /tool\n';
    const one = build({ number: 1, dockerfile, files: { 'tool.c': '1' } });
    const two = build({ number: 2, dockerfile, files: { 'tool.c': '2' } });
    expect(whyStepsRan(two, [one]).map(({ reason }) => reason)).toMatchObject([
      { kind: 'files' },
      { kind: 'earlier_step', definition: 'COPY tool.c .' },
      { kind: 'earlier_step', definition: 'COPY --from=tools /tool /tool' },
    ]);
  });

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

  it('says that nothing differs, and where the result was lost', () => {
    const again = (facts: Partial<CacheFacts>, then: Partial<CacheFacts>) =>
      reasonAt(whyStepsRan(build({ number: 2, dockerfile: node, files, facts }), [{ ...first, ...then }]), 0);
    expect(again({}, {})).toEqual({ kind: 'not_kept', why: 'dropped' });
    expect(again({ space: 'p1-fork' }, {})).toEqual({ kind: 'not_kept', why: 'other_zone' });
    const [early, late] = [new Date(1), new Date(2)];
    const eviction = { why: 'unused', unusedDays: 30 } as const;
    const gone = { kind: 'not_kept', why: 'evicted', eviction };
    expect(again({ startedAt: late }, { evicted: { ...eviction, at: early } })).toEqual(gone);
    expect(again({ startedAt: early }, { evicted: { ...eviction, at: late } })).toEqual({
      kind: 'not_kept',
      why: 'dropped',
    });
    // A fork's zone was reset alone: what it borrows is as it was.
    expect(again({ cacheEpoch: 1 }, {})).toEqual({ kind: 'not_kept', why: 'dropped' });
    expect(again({ onEmptied: true }, {})).toEqual({ kind: 'not_kept', why: 'emptied' });
    expect(again({ onEmptied: true }, { cacheExport: 'failed' })).toEqual({ kind: 'not_kept', why: 'emptied' });
    expect(again({ onEmptied: true, workerName: 'w2' }, { cacheExport: 'failed' })).toEqual({
      kind: 'not_kept',
      why: 'not_exported',
    });
    expect(again({ cacheEpoch: 1, space: 'p1.1' }, {})).toEqual({ kind: 'not_kept', why: 'reset' });
    expect(again({ cacheEpoch: 1, afterReset: true }, {})).toEqual({ kind: 'not_kept', why: 'reset' });
    expect(again({ workerName: 'w2' }, { cacheExport: 'failed' })).toEqual({ kind: 'not_kept', why: 'not_exported' });
    expect(again({ workerName: 'w2' }, { cacheExport: 'none' })).toEqual({ kind: 'not_kept', why: 'other_worker' });
  });

  describe('where it is known which cache was read', () => {
    const at = (number: number, word: string, facts: Partial<CacheFacts> = {}, cached: readonly string[] = []) =>
      build({ number, dockerfile: 'FROM busybox\nCOPY a .\nRUN x\n', files: { a: word }, cached, facts });
    const told = (now: CacheFacts, earlier: readonly CacheFacts[]) => {
      const [{ reason, against } = { reason: null, against: null }] = whyStepsRan(now, earlier);
      return [reason?.kind === 'not_kept' ? reason.why : reason?.kind, against?.number];
    };
    const far = { workerName: 'w2' };

    it('compares with the build that had left it first, then with what its worker built, then with others', () => {
      const earlier = [at(4, '4', far), at(3, '3'), at(2, '2', far)];
      expect(told(at(5, 'new', { read: { from: 2 } }), earlier)).toEqual(['files', 2]);
      expect(told(at(5, 'new', { read: { from: null } }), earlier)).toEqual(['files', 3]);
      expect(told(at(5, 'new', { read: { from: null } }), [at(4, '4', far)])).toEqual(['files', 4]);
      expect(told(at(5, 'new'), earlier)).toEqual(['files', 4]);
    });

    it('says of a result that stands elsewhere that no cache held it that was read', () => {
      const read = { read: { from: 2 } };
      const earlier = [at(3, 'new', far), at(2, '2', far)];
      expect(told(at(5, 'new', read), earlier)).toEqual(['not_read', 3]);
      expect(told(at(5, 'new', read), [at(3, 'new'), at(2, '2', far)])).toEqual(['dropped', 3]);
      expect(told(at(5, 'new', read), [at(3, 'new', { ...far, cacheExport: 'failed' })])).toEqual(['not_exported', 3]);
      // It was made on another worker and read, and yet does not hold the step: the image alone was left.
      expect(told(at(5, 'new', read), [at(2, 'new', far)])).toEqual(['not_read', 2]);
    });

    it('does not blame a deletion for what was read all the same', () => {
      const evicted = { why: 'budget', unusedDays: null, at: new Date(1) } as const;
      const now = { startedAt: new Date(2), read: { from: 2 } };
      expect(told(at(5, 'new', now), [at(2, 'new', { evicted })])).toEqual(['dropped', 2]);
      expect(told(at(5, 'new', now), [at(3, 'new', { evicted }), at(2, '2')])).toEqual(['evicted', 3]);
    });
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

  it('says so where it was not to look, had nothing to look at, or knows too little', () => {
    expect(reasonAt(whyStepsRan({ ...first, noCache: true }, [first]), 0)).toEqual({ kind: 'not_asked' });
    expect(reasonAt(whyStepsRan(first, []), 0)).toEqual({ kind: 'first' });
    const now = build({ number: 2, dockerfile: node, cached: ['W'], facts: { context: null } });
    expect(reasonAt(whyStepsRan(now, [first]), 1)).toEqual({ kind: 'unknown', why: 'no_manifest' });
    const remote = 'FROM busybox\nADD https://example.test/a.tgz /a\n';
    expect(
      reasonAt(
        whyStepsRan(build({ number: 2, dockerfile: remote, base: 'b' }), [build({ number: 1, dockerfile: remote })]),
        0,
      ),
    ).toMatchObject({ kind: 'base' });
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

  it('never breaks, never blames a step that came from a cache, and gives one verdict a step, whatever the files', () => {
    const line = fc.constantFrom(
      ...[
        'FROM busybox',
        'FROM busybox AS b',
        'FROM scratch',
        'RUN x',
        'COPY . .',
        'COPY --from=b /x /y',
        'ARG V',
        'ENV V=${V:-1}',
      ],
      ...[
        'COPY a* [',
        'RUN <<EOF',
        'EOF',
        '${',
        'ONBUILD COPY . .',
        'COPY ["a", "b"]',
        'WORKDIR $V',
        'RUN --mount=type=bind,source=a x',
      ],
    );
    const given = fc.record({
      lines: fc.array(line, { maxLength: 12 }),
      before: fc.array(line, { maxLength: 12 }),
      cached: fc.subarray(['RUN', 'COPY', 'WORKDIR']),
    });
    fc.assert(
      fc.property(given, ({ lines, before, cached }) => {
        const now = build({ number: 2, dockerfile: lines.join('\n'), files, cached });
        const verdicts = whyStepsRan(now, [build({ number: 1, dockerfile: before.join('\n'), files })]);
        for (const { cached: isCached, reason } of verdicts) expect(reason === null).toBe(isCached);
        expect(new Set(verdicts.map(({ ordinal }) => ordinal)).size).toBe(verdicts.length);
        // Nothing differs from itself; of stages with one name nobody can tell which is meant.
        for (const { reason } of whyStepsRan(now, [now]))
          expect([undefined, 'not_kept', 'unknown']).toContain(reason?.kind);
      }),
    );
  });
});
