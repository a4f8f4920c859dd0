import { describe, expect, it } from 'vitest';
import { type CacheFacts, namedContextFact } from './cache-facts.js';
import type { RunReason } from './run-reason.js';
import { builtFrom, digest, withTargets } from './why-ran.fixture.js';
import { type StepVerdict, whyStepsRan } from './why-ran.js';

type Part = Partial<Parameters<typeof builtFrom>[0]>;

interface Change {
  readonly base?: Part;
  readonly tools?: Part;
  readonly app?: Part;
}

const files = {
  base: { 'base.txt': '1', 'notes.md': '2' },
  tools: { 'tool.txt': '3' },
  app: { 'app.txt': '4' },
};
const dockerfiles = {
  base: 'FROM busybox\nARG WHO=you\nCOPY . /base\nRUN make base\n',
  tools: 'FROM base\nCOPY tool.txt /tool\n',
  app: 'FROM base\nRUN start\nCOPY --from=tools /tool /tool\nCOPY app.txt /app\n',
};
const targetOf = (...names: string[]) =>
  new Map(names.map((name) => [name, namedContextFact(`target:${name}`, [])] as const));

/** An image that starts from one target and copies from another, which starts from the first too. */
function family(number: number, change: Change = {}): CacheFacts {
  const part = (name: keyof Change, facts: Part['facts'] = {}) =>
    builtFrom({ number, dockerfile: dockerfiles[name], files: files[name], ...change[name], facts });
  const base = part('base');
  const tools = part('tools', { namedContexts: targetOf('base') });
  return withTargets(part('app', { namedContexts: targetOf('base', 'tools') }), { base, tools });
}
const first = family(1);
const nothing = { cached: [''] };
const told = (verdicts: readonly StepVerdict[]) =>
  verdicts.flatMap(({ target, definition, reason }) =>
    reason === null ? [] : [[target, definition, ...wordsOf(reason)]],
  );
const wordsOf = (reason: RunReason): unknown[] => {
  if (reason.kind === 'files') return [reason.kind, ...reason.changes.map(({ path }) => path)];
  if (reason.kind === 'earlier_step') return [reason.kind, reason.definition, reason.target];
  if (reason.kind === 'variable') return [reason.kind, reason.name, reason.before, reason.after];
  if (reason.kind === 'instruction') return [reason.kind, reason.before, reason.after];
  if (reason.kind === 'unknown') return [reason.kind, reason.why];
  if (reason.kind === 'base') return [reason.kind, reason.before, reason.after];
  return reason.kind === 'target' ? [reason.kind, reason.target] : [reason.kind];
};
const why = (now: CacheFacts, ...earlier: CacheFacts[]) => told(whyStepsRan(now, earlier));

/** What runs in those that take it, once a step of the base did. */
const afterBase = [
  ['tools', 'COPY tool.txt /tool', 'earlier_step', 'RUN make base', 'base'],
  [null, 'RUN start', 'earlier_step', 'RUN make base', 'base'],
  [null, 'COPY --from=tools /tool /tool', 'earlier_step', 'RUN start', undefined],
  [null, 'COPY app.txt /app', 'earlier_step', 'COPY --from=tools /tool /tool', undefined],
];
const made = ['base', 'RUN make base', 'earlier_step', 'COPY . /base', undefined];

describe('why the steps of another target ran', () => {
  it('is told with the build that could have served them, each in its own Dockerfile', () => {
    const verdicts = whyStepsRan(family(2, { base: nothing, tools: nothing, app: nothing }), [first]);
    expect(
      verdicts.map(({ target, startLine, cached, against }) => [target, startLine, cached, against?.number]),
    ).toEqual([
      ['base', 3, true, 1],
      ['base', 4, true, 1],
      ['tools', 2, true, 1],
      [null, 2, true, 1],
      [null, 3, true, 1],
      [null, 4, true, 1],
    ]);
    expect(new Set(verdicts.map(({ ordinal }) => ordinal)).size).toBe(6);
  });

  it('is a file of its context, and its step is named where it makes others run', () => {
    expect(why(family(2, { base: { files: { ...files.base, 'base.txt': '9' } } }), first)).toEqual([
      ['base', 'COPY . /base', 'files', 'base.txt'],
      made,
      ...afterBase,
    ]);
  });

  it('is a file that an ignore rule lets in, or keeps out', () => {
    const [changed] = whyStepsRan(family(2, { base: { files: { 'base.txt': '1' } } }), [first]);
    expect(changed?.reason).toMatchObject({ kind: 'files', removed: 1, changes: [{ path: 'notes.md', after: null }] });
  });

  it('is an argument that reaches it', () => {
    const now = family(2, { base: { args: { WHO: 'me' }, cached: ['COPY'] } });
    expect(why(now, first)).toEqual([['base', 'RUN make base', 'variable', 'WHO', 'you', 'me'], ...afterBase]);
  });

  it('is a base image that moved', () => {
    const [copy, ...others] = why(family(2, { base: { base: 'b' } }), first);
    expect(copy).toEqual(['base', 'COPY . /base', 'base', digest('a'), digest('b')]);
    expect(others).toEqual([made, ...afterBase]);
  });

  it('is a line of its Dockerfile', () => {
    const dockerfile = dockerfiles.base.replace('RUN make base', 'RUN make all');
    expect(why(family(2, { base: { dockerfile, cached: ['COPY'] } }), first)[0]).toEqual([
      ...['base', 'RUN make all', 'instruction', 'RUN make base', 'RUN make all'],
    ]);
    const shorter = dockerfiles.base.replace('COPY . /base\n', '');
    expect(why(family(2, { base: { dockerfile: shorter } }), first)[0]).toEqual([
      ...['base', 'RUN make base', 'instruction', 'COPY . /base', null],
    ]);
  });

  it('leaves alone what does not take it', () => {
    const tools = { files: { 'tool.txt': '9' } };
    const now = family(2, { base: nothing, tools, app: { cached: ['RUN start'] } });
    expect(why(now, first)).toEqual([
      ['tools', 'COPY tool.txt /tool', 'files', 'tool.txt'],
      [null, 'COPY --from=tools /tool /tool', 'earlier_step', 'COPY tool.txt /tool', 'tools'],
      [null, 'COPY app.txt /app', 'earlier_step', 'COPY --from=tools /tool /tool', undefined],
    ]);
  });

  it('is the result of a target for what takes it, where an earlier build had made that', () => {
    const back = { base: { ...nothing, files: { ...files.base, 'base.txt': '0' } } };
    const broken = family(1, back);
    const steps = broken.steps.map((step) =>
      step.target === 'base' ? step : { ...step, started: false, completed: false },
    );
    const now = family(3, { ...back, tools: nothing });
    expect(why(now, family(2), { ...broken, steps })).toEqual([
      [null, 'RUN start', 'target', 'base'],
      [null, 'COPY --from=tools /tool /tool', 'earlier_step', 'RUN start', undefined],
      [null, 'COPY app.txt /app', 'earlier_step', 'COPY --from=tools /tool /tool', undefined],
    ]);
  });

  it('is a variable that the image of a target has, though no step of that differs', () => {
    const dockerfile = `${dockerfiles.base}ENV MODE=fast\n`;
    const now = family(2, { base: { dockerfile, cached: [''] }, tools: nothing });
    expect(why(now, first)[0]).toEqual([null, 'RUN start', 'variable', 'MODE', null, 'fast']);
    // A COPY names no variable.
    expect(why({ ...now, steps: now.steps.filter(({ name }) => !name.includes('start')) }, first)).not.toContainEqual(
      expect.arrayContaining(['variable']),
    );
  });

  it('is that it is not to be found, where it says so of itself', () => {
    const now = family(2, { tools: nothing, app: nothing });
    const [base, ...others] = now.targets!;
    const asked = { ...now, targets: [{ ...base!, noCache: true }, ...others] };
    expect(why(asked, first).map(([, , kind]) => kind)).toEqual(['not_asked', 'not_asked']);
    expect(why(family(2), first).map(([, , kind]) => kind)).toEqual([
      ...['not_kept', 'not_kept', 'not_kept', 'not_kept', 'not_kept', 'not_kept'],
    ]);
  });

  it('goes through a target that only hands another one on, with its own words in its image', () => {
    const through = (number: number, change: Part, mode = 'a') => {
      const base = builtFrom({ number, dockerfile: dockerfiles.base, files: files.base, ...change });
      const dockerfile = `FROM base AS other\nENV MODE=${mode}\n`;
      const alias = builtFrom({ number, dockerfile, facts: { namedContexts: targetOf('base') } });
      const facts = { namedContexts: targetOf('alias') };
      return withTargets(builtFrom({ number, dockerfile: 'FROM alias\nRUN start\n', facts }), { base, alias });
    };
    const changed = through(2, { files: { 'base.txt': '9' } });
    expect(why(changed, through(1, {})).at(-1)).toEqual([
      ...[null, 'RUN start', 'earlier_step', 'RUN make base', 'base'],
    ]);
    expect(why(through(2, nothing, 'b'), through(1, {}))).toEqual([[null, 'RUN start', 'variable', 'MODE', 'a', 'b']]);
  });

  it('is that of the stage that the target is, and of no other', () => {
    const dockerfile = 'FROM busybox AS one\nCOPY . /one\nFROM busybox AS two\nRUN two\n';
    const at = (number: number, word: string, cached: readonly string[] = []) => {
      const base = builtFrom({ number, dockerfile, files: { a: word }, cached });
      const app = builtFrom({
        number,
        dockerfile: 'FROM base\nRUN start\n',
        facts: { namedContexts: targetOf('base') },
      });
      const facts = withTargets(app, { base });
      return { ...facts, targets: facts.targets!.map((target) => ({ ...target, stage: 'ONE' })) };
    };
    expect(why(at(2, 'new', ['RUN two']), at(1, 'old')).at(-1)).toEqual([
      ...[null, 'RUN start', 'earlier_step', 'COPY . /one', 'base'],
    ]);
  });

  it('is told once of a step that two targets have in common, with the one that it is shown with', () => {
    const twins = (number: number, word: string) => {
      const part = () => builtFrom({ number, dockerfile: dockerfiles.base, files: { 'base.txt': word } });
      const dockerfile = 'FROM busybox\nCOPY --from=b /base /b\n';
      const facts = { namedContexts: targetOf('b') };
      const all = withTargets(builtFrom({ number, dockerfile, facts }), { a: part(), b: part() });
      return { ...all, steps: all.steps.filter(({ target }) => target !== 'b') };
    };
    expect(why(twins(2, 'new'), twins(1, 'old'))).toEqual([
      ['a', 'COPY . /base', 'files', 'base.txt'],
      ['a', 'RUN make base', 'earlier_step', 'COPY . /base', undefined],
      [null, 'COPY --from=b /base /b', 'earlier_step', 'RUN make base', 'a'],
    ]);
  });

  it('is not made up where the other build has no record of it, or no such target', () => {
    const { targets: _, ...old } = first;
    expect(why(family(2, { base: nothing, tools: nothing }), old)).toEqual([
      [null, 'RUN start', 'unknown', 'of_target'],
      [null, 'COPY --from=tools /tool /tool', 'earlier_step', 'RUN start', undefined],
      [null, 'COPY app.txt /app', 'earlier_step', 'COPY --from=tools /tool /tool', undefined],
    ]);
    expect(why(family(2), old).slice(0, 2)).toEqual([
      ['base', 'COPY . /base', 'unknown', 'of_target'],
      ['base', 'RUN make base', 'unknown', 'of_target'],
    ]);
    const alone = builtFrom({ number: 1, dockerfile: dockerfiles.app });
    expect(why(family(2), alone)[0]).toEqual(['base', 'COPY . /base', 'first']);
    // Of a target the builder told of nothing, which nobody needed.
    expect(why({ ...first, steps: [] }, first)).toEqual([]);
  });

  it('looks at the build’s own context first where not all can be looked at', () => {
    const many = Object.fromEntries(Array.from({ length: 40 }, (_, at) => [`f${at}`, '1']));
    const now = family(2, { base: { files: many }, tools: nothing, app: { cached: ['RUN', 'COPY --from'] } });
    const verdicts = whyStepsRan(now, [family(1, { app: { files: { 'app.txt': '0' } } })], { looksLeft: 30 });
    expect(told(verdicts)).toContainEqual([null, 'COPY app.txt /app', 'files', 'app.txt']);
    expect(told(verdicts)[0]).toEqual(['base', 'COPY . /base', 'unknown', 'no_manifest']);
  });
});
