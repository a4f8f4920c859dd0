import type { MissedStep } from '@cooperage/contracts';
import { missCauses } from '@cooperage/domain/predicates';
import { describe, expect, it } from 'vitest';
import { adviceSentence, causeWords, clipped, missesSentence } from './miss-words';

const step: MissedStep = {
  ...{ dockerfilePath: 'Dockerfile', stage: null, definition: 'COPY . .', startLine: 3, builds: 20, ran: 18 },
  ...{ ms: 2_000, alongMs: 120_000, along: [], causes: [], advice: null, newest: 20 },
};

describe('steps that always miss, in words', () => {
  it('begins with the step that costs most', () => {
    expect(missesSentence({ builds: 20, steps: [step] })).toBe(
      '“COPY . .” ran in 18 of 20 builds and cost 2 min 02 s with the steps that it takes along.',
    );
    expect(missesSentence({ builds: 20, steps: [{ ...step, alongMs: 0 }] })).toMatch(/and cost 2\.0 s\.$/);
    expect(missesSentence({ builds: 20, steps: [] })).toBe('No step ran more than once in 20 builds.');
    expect(missesSentence({ builds: 1, steps: [step] })).toBe(
      'It is known of 1 build why steps ran; from 3 on this is counted.',
    );
  });

  it('names what changed, with how often', () => {
    const named = [
      { name: 'README.md', builds: 14 },
      { name: 'a\u202eb', builds: 2 },
    ];
    expect(causeWords({ cause: 'files', builds: 16, named })).toBe('files changed: README.md (14), a\\u{202e}b (2)');
    const before = [{ name: 'COPY . .', builds: 17 }];
    expect(causeWords({ cause: 'earlier_step', builds: 17, named: before })).toBe('COPY . . ran before it');
  });

  it.each(missCauses)('has words for %s', (cause) => {
    expect(causeWords({ cause, builds: 1, named: [] })).toMatch(/\w/);
  });

  it('says what to do', () => {
    expect(adviceSentence({ kind: 'copy_later', path: 'README.md', before: 'RUN npm ci' })).toBe(
      'Copy what “RUN npm ci” needs before it, and the rest after it: then a change of README.md does not run it.',
    );
    expect(adviceSentence({ kind: 'pin_image', image: null })).toMatch(/^Name the base image by its digest/);
    expect(adviceSentence({ kind: 'argument_later', name: 'GIT_SHA' })).toBe(
      'The step does not use GIT_SHA: declare that ARG below it.',
    );
  });

  it('keeps a long instruction to one line', () => {
    expect(clipped(`RUN a \\\n  b ${'x'.repeat(100)}`)).toMatch(/^RUN a \\ b x+…$/);
  });
});
