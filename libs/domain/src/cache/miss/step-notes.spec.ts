import { describe, expect, it } from 'vitest';
import { namedContextFact } from '../reason/cache-facts.js';
import { builtFrom, withTargets } from '../reason/why-ran.fixture.js';
import { whyStepsRan } from '../reason/why-ran.js';
import { stepNotes } from './step-notes.js';

const dockerfile = `FROM busybox:latest
WORKDIR /app
COPY . .
RUN npm ci
RUN npm test
`;
const files = { 'package.json': '1', 'README.md': '2' };
const withTimes = (facts: ReturnType<typeof builtFrom>) => ({
  ...facts,
  steps: facts.steps.map((step) => ({ ...step, ms: 1_000 * step.ordinal })),
});
const first = withTimes(builtFrom({ number: 1, dockerfile, files }));
const notesOf = (change: Partial<Parameters<typeof builtFrom>[0]>, path = 'Dockerfile') => {
  const now = withTimes(builtFrom({ number: 2, dockerfile, files, ...change }));
  return stepNotes(() => path, whyStepsRan(now, [first]));
};

describe('what is written down of steps', () => {
  it('names the files, the time, and for each step behind it the one that made it run', () => {
    const notes = notesOf({ files: { ...files, 'README.md': '3' }, cached: ['WORKDIR'] });
    expect(notes.map(({ definition, cached, ms, cause, detail }) => [definition, cached, ms, cause, detail])).toEqual([
      ['WORKDIR /app', true, 0, null, []],
      ['COPY . .', false, 3_000, 'files', ['README.md']],
      ['RUN npm ci', false, 4_000, 'earlier_step', ['COPY . .']],
      ['RUN npm test', false, 5_000, 'earlier_step', ['COPY . .']],
    ]);
    const [, copy, install, test] = notes;
    expect([copy!.rootKey, install!.rootKey, test!.rootKey]).toEqual([null, copy!.stepKey, copy!.stepKey]);
  });

  it('knows a step again where lines were put before it, and not in another Dockerfile', () => {
    const [before] = notesOf({});
    const moved = notesOf({ dockerfile: dockerfile.replace('WORKDIR', 'RUN true\nWORKDIR') });
    expect(moved.find(({ definition }) => definition === 'WORKDIR /app')?.stepKey).toBe(before!.stepKey);
    expect(notesOf({}, 'other/Dockerfile')[0]?.stepKey).not.toBe(before!.stepKey);
  });

  it('counts a line that stands twice in a stage as one, which ran when one of both did', () => {
    const twice = dockerfile.replace('RUN npm test', 'RUN npm ci');
    const notes = notesOf({ dockerfile: twice });
    expect(notes.filter(({ definition }) => definition === 'RUN npm ci')).toMatchObject([{ cached: false, ms: 9_000 }]);
  });

  it('says in which way a result was not kept', () => {
    const [step] = stepNotes(
      () => 'Dockerfile',
      whyStepsRan({ ...first, build: { id: 'b3', number: 3 }, workerName: 'w2' }, [first]),
    );
    expect(step).toMatchObject({ definition: 'WORKDIR /app', cause: 'dropped', detail: [] });
  });

  it('are of the Dockerfile of their target, and lead to the one that made them run, wherever it stands', () => {
    const at = (number: number, word: string) => {
      const base = builtFrom({ number, dockerfile: 'FROM busybox\nCOPY . .\n', files: { a: word } });
      const facts = { namedContexts: new Map([['base', namedContextFact('target:base', [])]]) };
      return withTargets(builtFrom({ number, dockerfile: 'FROM base\nRUN npm ci\n', facts }), { base });
    };
    const pathOf = (target: string | null) => (target === null ? 'Dockerfile' : `${target}/Dockerfile`);
    const [copy, install] = stepNotes(pathOf, whyStepsRan(at(2, 'new'), [at(1, 'old')]));
    expect(copy).toMatchObject({ dockerfilePath: 'base/Dockerfile', cause: 'files', detail: ['a'] });
    const root = { rootKey: copy!.stepKey, detail: ['COPY . .'] };
    expect(install).toMatchObject({ dockerfilePath: 'Dockerfile', cause: 'earlier_step', ...root });
  });

  it('keeps no more of a text than its beginning', () => {
    const long = `RUN echo ${'x'.repeat(10_000)}`;
    const notes = notesOf({ dockerfile: `FROM busybox:latest\n${long}\n` });
    expect(notes[0]!.definition.length).toBeLessThan(500);
  });
});
