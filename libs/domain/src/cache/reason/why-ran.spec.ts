// biome-ignore-all lint/suspicious/noTemplateCurlyInString: Dockerfiles are full of them.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { builtFrom as build, digest, entries, files, first, node, reasonAt, reasons } from './why-ran.fixture.js';
import { whyStepsRan } from './why-ran.js';

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
