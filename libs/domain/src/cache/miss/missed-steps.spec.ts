// biome-ignore-all lint/suspicious/noTemplateCurlyInString: Dockerfiles are full of them.
import { describe, expect, it } from 'vitest';
import type { MissCause } from './miss-cause.js';
import { type CountedCause, type MissedStep, mainCulprit, missAdvice } from './missed-steps.js';

const counted = (cause: MissCause, builds: number, ...names: string[]): CountedCause => ({
  ...{ cause, builds, named: names.map((name) => ({ name, builds })) },
});
const step = (definition: string, causes: readonly CountedCause[], along: readonly string[] = []): MissedStep => ({
  ...{ stepKey: 'k', dockerfilePath: 'Dockerfile', stage: null, definition, startLine: 3, builds: 20, ran: 18 },
  ...{ ms: 1_000, alongMs: along.length * 60_000, causes, newest: 20 },
  along: along.map((text) => ({ definition: text, builds: 18, ms: 60_000 })),
});

describe('what can be done about a step that runs again and again', () => {
  it.each<[string, MissedStep, ReturnType<typeof missAdvice>]>([
    [
      'a copy of everything before an installation',
      step('COPY . .', [counted('files', 16, 'README.md', 'src/a.js')], ['RUN npm ci']),
      { kind: 'copy_later', path: 'README.md', before: 'RUN npm ci' },
    ],
    [
      'with flags and in the other form',
      step('COPY --link --chown=1:1 ["./", "/app"]', [counted('files', 16, 'a')], ['RUN npm ci']),
      { kind: 'copy_later', path: 'a', before: 'RUN npm ci' },
    ],
    [
      'a copy of everything with nothing behind it',
      step('COPY . .', [counted('files', 16, 'README.md')], ['COPY b c']),
      { kind: 'ignore_file', path: 'README.md' },
    ],
    [
      'files that it names one by one',
      step('COPY package.json ./', [counted('files', 16, 'package.json')], ['RUN x']),
      null,
    ],
    [
      'an argument that it does not name',
      step('RUN make', [counted('variable', 18, 'GIT_SHA')]),
      { kind: 'argument_later', name: 'GIT_SHA' },
    ],
    [
      'an argument that it names',
      step('RUN echo ${GIT_SHA:-x}', [counted('variable', 18, 'GIT_SHA')]),
      { kind: 'argument_used', name: 'GIT_SHA' },
    ],
    [
      'a name that begins another',
      step('RUN echo $GIT_SHA1', [counted('variable', 18, 'GIT_SHA')]),
      { kind: 'argument_later', name: 'GIT_SHA' },
    ],
    ['a base that moves', step('RUN make', [counted('base', 9, 'busybox')]), { kind: 'pin_image', image: 'busybox' }],
    [
      'what follows another',
      step('RUN npm ci', [counted('earlier_step', 18, 'COPY . .')]),
      { kind: 'earlier_step', definition: 'COPY . .' },
    ],
    ['a budget that is too small', step('RUN make', [counted('evicted', 9)]), { kind: 'raise_budget' }],
    ['results on another worker', step('RUN make', [counted('not_exported', 9)]), { kind: 'export' }],
    ['an address', step('ADD https://a.example/b c', [counted('foreign', 18)]), { kind: 'pin_source' }],
    ['people who ask for no cache', step('RUN make', [counted('not_asked', 18)]), null],
    ['a cause that is rare', step('RUN make', [counted('unknown', 14), counted('base', 4, 'busybox')]), null],
    [
      'the next cause, where the first cannot be mended',
      step('RUN make', [counted('unknown', 9), counted('base', 9, 'b')]),
      { kind: 'pin_image', image: 'b' },
    ],
  ])('%s', (_what, missed, advice) => {
    expect(missAdvice(missed)).toEqual(advice);
  });
});

describe('the step to name when less is saved than before', () => {
  const copy = step('COPY . .', [counted('files', 16, 'a')], ['RUN npm ci']);

  it('is the first that runs in most builds for a reason of its own', () => {
    const follows = step('RUN npm ci', [counted('earlier_step', 18, 'COPY . .')]);
    expect(mainCulprit([follows, copy])).toEqual({ definition: 'COPY . .', ran: 18, builds: 20 });
  });

  it('is none that ran seldom, or in a few builds', () => {
    expect(mainCulprit([{ ...copy, ran: 9 }])).toBeNull();
    expect(mainCulprit([{ ...copy, ran: 2, builds: 2 }])).toBeNull();
    expect(mainCulprit([])).toBeNull();
  });
});
