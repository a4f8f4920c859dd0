// biome-ignore-all lint/suspicious/noTemplateCurlyInString: Dockerfiles are full of them.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  decodeManifest,
  encodeManifest,
  entriesOf,
  type ManifestEntry,
  manifestDigest,
  namedEntries,
} from './context-manifest.js';
import { copySelection } from './copy-pattern.js';
import { expandVariables } from './expand-variables.js';
import { fullImageName } from './image-name.js';
import { planDockerfile } from './step-plan.js';

const file = (path: string): ManifestEntry => ({ path, kind: 'file', mode: 0o644, blobId: 'ab' });

describe('a manifest of a context', () => {
  const entry = fc.record<ManifestEntry>({
    path: fc.string({ minLength: 1, unit: 'binary' }).filter((text) => !text.includes('\0')),
    kind: fc.constantFrom('file', 'directory', 'symlink'),
    mode: fc.integer({ min: 0, max: 0o7777 }),
    blobId: fc.stringMatching(/^[0-9a-f]{0,40}$/),
  });

  it('is read as it was written, whatever the names are', () => {
    fc.assert(
      fc.property(fc.array(entry), (entries) => {
        expect(decodeManifest(encodeManifest(entries))).toEqual(entries);
      }),
    );
    expect(manifestDigest(encodeManifest([file('a')]))).not.toBe(manifestDigest(encodeManifest([file('b')])));
  });

  it('holds the folders that a Dockerfile names apart from the context', () => {
    const manifest = [
      file('a'),
      ...namedEntries('lib', [file('a'), file('b')]),
      ...namedEntries('org/lib', [file('c')]),
    ];
    const names = (name: string | null) => entriesOf(manifest, name).map(({ path }) => path);
    expect([names(null), names('lib'), names('org/lib'), names('org')]).toEqual([['a'], ['a', 'b'], ['c'], []]);
  });

  it('is refused when it was cut', () => {
    expect(() => decodeManifest(encodeManifest([file('a')]).slice(0, -1))).toThrow(TypeError);
    expect(() => decodeManifest('x\0')).toThrow(TypeError);
  });
});

describe('sources of a COPY', () => {
  const paths = ['a.js', 'b.ts', 'src/a.js', 'src/deep/x', 'src2/y', '[odd]', 'src'];
  it.each<[string[], string[]]>([
    [['.'], paths],
    [['/'], paths],
    [['./src/'], ['src/a.js', 'src/deep/x', 'src']],
    [['*.js'], ['a.js']],
    [['s*/a.js'], ['src/a.js']],
    [['?.??'], ['a.js', 'b.ts']],
    [
      ['[ab].js', 'src2'],
      ['a.js', 'src2/y'],
    ],
    [['[^a].*'], ['b.ts']],
    [['[a-b].ts'], ['b.ts']],
    [['\\[odd]'], ['[odd]']],
    [['../a.js'], ['a.js']],
    [['src/../b.ts'], ['b.ts']],
    [['gone'], []],
  ])('%j', (sources, taken) => {
    expect(paths.filter((path) => copySelection(sources)(file(path)))).toEqual(taken);
  });

  it('are matched in one pass over a name, whatever the pattern: going back and forth would not end', () => {
    expect(copySelection([`${'*a'.repeat(100)}b`])(file('a'.repeat(2000)))).toBe(false);
  });
});

describe('variables', () => {
  const lookup = (name: string) => ({ A: 'x', E: '' })[name];
  it.each([
    ['$A/${A}', 'x/x'],
    ['\\$A', '$A'],
    ['$GONE.', '.'],
    ['${E:-d} ${E-d} ${GONE-d} ${A:-d}', 'd  d x'],
    ['${A:+o} ${E:+o} ${E+o}', 'o  o'],
    ['${A%%x}', null],
    ['plain', 'plain'],
  ])('%s', (text, expected) => {
    expect(expandVariables(text, lookup)).toBe(expected);
  });
});

describe('the name of an image', () => {
  it.each([
    ['busybox', 'docker.io/library/busybox:latest'],
    ['me/tool:1', 'docker.io/me/tool:1'],
    ['localhost/a', 'localhost/a:latest'],
    ['127.0.0.1:5000/a/b:1', '127.0.0.1:5000/a/b:1'],
    ['example.test/a@sha256:ab', 'example.test/a@sha256:ab'],
  ])('%s', (name, full) => expect(fullImageName(name)).toBe(full));
});

describe('the plan of a Dockerfile', () => {
  const plan = (dockerfile: string, args = {}) =>
    planDockerfile(dockerfile, args).steps.map(({ stage, place, definition, reads }) => [
      stage,
      place,
      definition.split('\n')[0],
      reads.files,
      reads.stages,
    ]);

  it('counts as the builder does: base images, but neither scratch nor another stage', () => {
    const dockerfile = `ARG BASE=busybox
FROM \${BASE} AS Tools
RUN a
FROM scratch
COPY --from=tools /a /b
FROM tools
RUN --mount=type=bind,source=conf,target=/c --mount=type=cache,target=/d make
COPY <<EOF file.txt ./
hello
EOF
`;
    expect(plan(dockerfile)).toEqual([
      ['tools', 1, 'FROM ${BASE} AS Tools', [], []],
      ['tools', 2, 'RUN a', [], []],
      ['stage-1', 1, 'COPY --from=tools /a /b', [], [0]],
      ['stage-2', 1, 'RUN --mount=type=bind,source=conf,target=/c --mount=type=cache,target=/d make', ['conf'], [0]],
      ['stage-2', 2, 'COPY <<EOF file.txt ./', ['file.txt'], []],
    ]);
    expect(planDockerfile(dockerfile, {}).steps.at(-1)?.definition).toBe('COPY <<EOF file.txt ./\nhello\nEOF');
  });

  it('puts values into paths, and takes everything where it cannot', () => {
    const dockerfile =
      'FROM busybox\nARG DIR=app\nCOPY ${DIR}/a $DIR/b /x/\nCOPY ["${DIR}/c", "/x/"]\nCOPY ${DIR#a} /\n';
    expect(plan(dockerfile, { DIR: 'web' }).map(([, , , files]) => files)).toEqual([
      [],
      ['web/a', 'web/b'],
      ['web/c'],
      null,
    ]);
    expect(planDockerfile('FROM busybox\nRUN x\n', {}).steps[1]).toMatchObject({ stage: null, place: 2 });
  });
});
