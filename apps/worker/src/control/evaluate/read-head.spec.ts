import type { EvaluationSubject } from '@cooperage/db';
import { BuildFailure } from '@cooperage/domain';
import type { RemoteRefs, Source } from '@cooperage/source';
import { describe, expect, it, vi } from 'vitest';
import { type Head, type NoHead, ReadHead } from './read-head.js';

const [old, mid, now] = ['a', 'b', 'c'].map((digit) => digit.repeat(40)) as [string, string, string];
const project = { id: 'p', remoteUrl: 'https://git.example/x', defaultBranch: null };
const pathRule = { includePaths: ['src/**'], excludePaths: [] };

interface Remote {
  readonly heads?: Record<string, string>;
  /** The head that was evaluated last, and what the git host showed then: the same, if nothing else is said. */
  readonly evaluated?: string | null;
  readonly observed?: string;
  /** The head that rules judged last: the one that was evaluated, if nothing else is said. */
  readonly judged?: string | null;
  readonly source?: Partial<Source>;
}

function reader({
  heads = { 'refs/heads/main': now },
  evaluated = null,
  observed,
  judged = evaluated,
  source = {},
}: Remote) {
  const commits = new Map(Object.entries(heads));
  const refs: RemoteRefs = { commits, defaultBranch: 'refs/heads/main', leftOut: 0, heldBytes: 0 };
  const git = {
    refs: vi.fn(async () => refs),
    prepare: vi.fn(async () => ({ subject: 's', authorName: 'a', committedAtSeconds: 1 })),
    isAncestor: vi.fn(async (_project: unknown, ancestor: string, descendant: string) => ancestor <= descendant),
    changedPaths: vi.fn(async () => ['src/x']),
    ...source,
  };
  const before =
    evaluated === null ? null : { commit: evaluated, judgedCommit: judged, observed: observed ?? evaluated };
  const heads_ = new ReadHead({ head: async () => before }, git as unknown as Source);
  const of = async (subject: object, until?: AbortSignal): Promise<Partial<Head & NoHead>> =>
    heads_.of(
      {
        ref: 'refs/heads/main',
        before: null,
        after: now,
        sameBodyAs: null,
        project,
        rules: [],
        ...subject,
      } as unknown as EvaluationSubject,
      project,
      undefined,
      until,
    );
  return { git, of };
}

describe('the head of a delivery', () => {
  it('is the commit that the delivery names, fetched while the refs are read', async () => {
    let refsAnswer: (refs: RemoteRefs) => void = () => undefined;
    const { git, of } = reader({ source: { refs: () => new Promise((resolve) => (refsAnswer = resolve)) } });
    const reading = of({});
    await expect.poll(() => git.prepare).toHaveBeenCalled();
    refsAnswer({ commits: new Map([['refs/heads/main', now]]), defaultBranch: null } as unknown as RemoteRefs);
    expect(await reading).toMatchObject({ commit: now, late: false, defaultBranch: 'main' });
  });

  describe('R2-H7 where the host names no default branch', () => {
    const defaultOf = async (ref: string, branches: readonly string[], stored: string | null) => {
      const commits = new Map([ref, ...branches].map((each) => [each, now]));
      const { of } = reader({ source: { refs: async () => ({ commits, leftOut: 0, heldBytes: 0 }) } });
      return (await of({ ref, project: { ...project, defaultBranch: stored } })).defaultBranch;
    };
    const [main, feature] = ['refs/heads/main', 'refs/heads/feature/x'];

    it('R2-H7 keeps the one that the project had', async () => {
      expect(await defaultOf(feature, [main], 'main')).toBe('main');
      expect(await defaultOf(feature, [], 'main')).toBe('main');
    });

    it('R2-H7 takes the only branch that there is', async () => {
      expect(await defaultOf(feature, ['refs/tags/v1'], null)).toBe('feature/x');
      expect(await defaultOf('refs/tags/v1', [feature], null)).toBe('feature/x');
    });

    it('R2-H7 takes none of several, and never a git tag', async () => {
      expect(await defaultOf(feature, [main], null)).toBeNull();
      expect(await defaultOf('refs/tags/v1', [], null)).toBeNull();
    });
  });

  it('is nothing when the ref is gone, and the fetch that nobody wants is stopped', async () => {
    let stopped = false;
    const prepare = (_project: unknown, _request: unknown, signal?: AbortSignal) =>
      new Promise<never>((_resolve, reject) =>
        signal!.addEventListener('abort', () => {
          stopped = true;
          reject(new Error('stopped'));
        }),
      );
    const { of } = reader({ heads: {}, source: { prepare } });
    expect(await of({})).toEqual({ nothing: 'ref_gone', mayFollow: false });
    expect(stopped).toBe(true);
    expect(await reader({}).of({ ref: null })).toMatchObject({ nothing: 'no_ref' });
    expect(await reader({}).of({ ref: 'refs/notes/x' })).toMatchObject({ nothing: 'no_ref' });
  });

  it.each([
    ['a push', { eventName: 'push', replayOf: null }, true],
    ['a push without a commit, not', { eventName: 'push', replayOf: null, after: null }, false],
    ['a replay by a person, not', { eventName: 'push', replayOf: 'd1' }, false],
    ['a start by a person, not', { eventName: 'manual', replayOf: null }, false],
  ])('R14B-2 of a ref that the git host does not show may follow for %s', async (_title, subject, mayFollow) => {
    const { of } = reader({ heads: {} });
    expect(await of({ ref: 'refs/tags/v1', ...subject })).toEqual({ nothing: 'ref_gone', mayFollow });
  });

  it('of a tag is the commit behind it, whatever object the delivery names', async () => {
    const { git, of } = reader({ heads: { 'refs/tags/v1': mid } });
    expect(await of({ ref: 'refs/tags/v1', after: old })).toMatchObject({ commit: mid, late: false });
    expect(git.prepare).toHaveBeenCalledWith(project, { ref: 'refs/tags/v1', commit: mid }, expect.anything());
  });

  it('A3 is fetched no further when the slot of its evaluation is over', async () => {
    const slot = new AbortController();
    const signals: AbortSignal[] = [];
    const prepare = (_project: unknown, _head: unknown, signal?: AbortSignal) => {
      signals.push(signal!);
      return new Promise<never>((_, reject) => signal!.addEventListener('abort', () => reject(signal!.reason)));
    };
    const reading = reader({ source: { prepare } }).of({}, slot.signal);
    slot.abort(new Error('too long'));
    await expect(reading).rejects.toThrow('too long');
    expect(signals.map(({ aborted }) => aborted)).toEqual([true]);
  });

  it('R4-F4 is asked about no further when the slot of its evaluation is over, whatever is asked', async () => {
    const hangs = () => {
      const asked = Promise.withResolvers<void>();
      const ask = (...values: unknown[]) =>
        new Promise<never>((_, reject) => {
          const signal = values.at(-1);
          if (signal instanceof AbortSignal) signal.addEventListener('abort', () => reject(signal.reason));
          else reject(new Error('without a signal'));
          asked.resolve();
        });
      return { ask, asked: asked.promise };
    };
    const whole = async (remote: Remote, subject: object, asked: Promise<void>) => {
      const slot = new AbortController();
      const reading = reader(remote).of(subject, slot.signal);
      reading.catch(() => undefined);
      await asked;
      slot.abort(new Error('too long'));
      await expect(reading).rejects.toThrow('too long');
    };
    const [onRef, order, paths] = [hangs(), hangs(), hangs()];
    await whole({ source: { isAncestor: onRef.ask } }, { after: old }, onRef.asked);
    await whole({ evaluated: mid, source: { isAncestor: order.ask } }, {}, order.asked);
    await whole({ evaluated: mid, source: { changedPaths: paths.ask } }, { rules: [pathRule] }, paths.asked);
  });

  it('R21A-4 is late unless it is ahead of the one that was evaluated, also where nobody can tell; never when it is the remote’s own', async () => {
    const order = async (after: string, ahead: boolean | undefined) => {
      const isAncestor = async (_project: unknown, ancestor: string) => (ancestor === mid ? ahead : true);
      const { late, rewrites } = await reader({ evaluated: mid, source: { isAncestor } }).of({ after });
      return { late, rewrites };
    };
    // Of a branch that was merged: on the ref, and neither behind nor ahead of the head before the merge. Nothing was rewritten.
    const side = 'b0'.padEnd(40, '0');
    expect(await order(side, false)).toEqual({ late: true, rewrites: false });
    expect(await order(side, undefined)).toEqual({ late: true, rewrites: false });
    expect(await order(side, true)).toEqual({ late: false, rewrites: false });
    expect(await order(now, false)).toEqual({ late: false, rewrites: true });
    expect(await order(mid, true)).toEqual({ late: false, rewrites: false });
  });

  it('R21A-5 is found where the host has the older head no more', async () => {
    const isAncestor = vi.fn(async (_project: unknown, _ancestor: string, descendant: string) => {
      if (descendant === old) throw new BuildFailure('RefNotFound', 'gone');
      return descendant === now;
    });
    expect(await reader({ evaluated: old, source: { isAncestor } }).of({ after: mid })).toMatchObject({ late: true });
  });

  it('R-H1 is nothing where the commit is not on the ref, or nobody can tell, and the fetch of it is stopped', async () => {
    const nothing = async (onRef: boolean | undefined, eventName = 'push') => {
      let fetching: AbortSignal | undefined;
      const prepare = async (_project: unknown, _request: unknown, signal?: AbortSignal) => {
        fetching = signal;
        return new Promise<never>(() => undefined);
      };
      const { of } = reader({ source: { prepare, isAncestor: async () => onRef } });
      const { nothing, mayFollow } = await of({ after: old, eventName });
      return [nothing, mayFollow, fetching?.aborted];
    };
    // The host may only be slower than its own delivery. A person who names a commit gets the answer at once.
    expect(await nothing(false)).toEqual(['commit_not_on_ref', true, true]);
    expect(await nothing(false, 'manual')).toEqual(['commit_not_on_ref', false, true]);
    expect(await nothing(undefined)).toEqual(['history_too_long', false, true]);
  });

  it('R-H2 is nothing for a body that came before, unless the git host shows a head that nobody has seen', async () => {
    const replay = async (after: string, evaluated: string | null, seen: Pick<Remote, 'observed' | 'judged'> = {}) =>
      (await reader({ evaluated, ...seen }).of({ after, sameBodyAs: 'd1' })).nothing;
    expect(await replay(now, now)).toBe('replayed');
    expect(await replay(old, now)).toBe('replayed');
    expect(await replay(old, mid)).toBe('replayed');
    // R21A-7: a late delivery has seen the head, or a person has started it: no rule has judged it yet.
    expect(await replay(now, old, { observed: now })).toBeUndefined();
    expect(await replay(now, now, { judged: old })).toBeUndefined();
    // R21F-3: judged before, and a start by hand has moved the tags to an older head since.
    expect(await replay(now, old, { judged: now })).toBeUndefined();
    expect(await replay(now, old)).toBeUndefined();
    expect(await replay(now, null)).toBeUndefined();
  });

  it('R-H2 says whether the head that was evaluated before was pushed away', async () => {
    const rewrites = async (isAncestor: boolean | undefined, evaluated: string | null = mid) =>
      (await reader({ evaluated, source: { isAncestor: async () => isAncestor } }).of({})).rewrites;
    expect([await rewrites(true), await rewrites(false), await rewrites(undefined)]).toEqual([false, true, true]);
    expect([await rewrites(false, null), await rewrites(false, now)]).toEqual([false, false]);
  });

  it('R21A-2 is compared by paths only where a rule asks, with the head that rules judged last, and with nothing when a force push took the older head away', async () => {
    const { git, of } = reader({ evaluated: old });
    expect((await of({})).changedPaths).toBeNull();
    expect(git.changedPaths).not.toHaveBeenCalled();
    expect((await of({ rules: [pathRule] })).changedPaths).toEqual(['src/x']);
    expect(git.changedPaths).toHaveBeenLastCalledWith(project, old, now, expect.anything());
    // A start by hand has moved the head, and judged no rule.
    const started = reader({ evaluated: now, judged: mid });
    await started.of({ rules: [pathRule] });
    expect(started.git.changedPaths).toHaveBeenCalledWith(project, mid, now, expect.anything());
    const gone = async () => Promise.reject(new BuildFailure('RefNotFound', 'gone'));
    expect(
      (await reader({ evaluated: old, source: { changedPaths: gone } }).of({ rules: [pathRule] })).changedPaths,
    ).toBeNull();
    expect((await reader({ evaluated: old, judged: null }).of({ rules: [pathRule] })).changedPaths).toBeNull();
    const away = async () => Promise.reject(new BuildFailure('SourceUnavailable', 'away'));
    await expect(
      reader({ evaluated: old, source: { changedPaths: away } }).of({ rules: [pathRule] }),
    ).rejects.toMatchObject({ code: 'SourceUnavailable' });
  });

  it('R21F-3 is compared with what a person has started too, since that may have moved tags', async () => {
    const changes = async (evaluated: string, judged: string, of: Record<string, string[] | 'too_many' | Error>) => {
      const changedPaths = async (_project: unknown, from: string) => {
        const paths = of[from]!;
        if (paths instanceof Error) throw paths;
        return paths;
      };
      const reading = reader({ evaluated, judged, source: { changedPaths } }).of({ rules: [pathRule] });
      return (await reading).changedPaths;
    };
    expect(await changes(old, now, { [now]: [], [old]: ['src/x'] })).toEqual(['src/x']);
    expect(await changes(old, mid, { [mid]: ['docs/a', 'src/x'], [old]: ['src/x', 'src/y'] })).toEqual([
      'docs/a',
      'src/x',
      'src/y',
    ]);
    expect(await changes(old, mid, { [mid]: [], [old]: 'too_many' })).toBe('too_many');
    expect(await changes(old, mid, { [mid]: [], [old]: new BuildFailure('RefNotFound', 'gone') })).toBeNull();
  });

  it('R21F-2 repeats a push where rules judged the head, and nothing was started by hand since', async () => {
    const repeats = async (evaluated: string, judged: string) => (await reader({ evaluated, judged }).of({})).repeats;
    expect([await repeats(now, now), await repeats(now, old), await repeats(old, now)]).toEqual([true, false, false]);
  });

  it('is not read when the git host is away, and no fetch goes on behind that', async () => {
    const signals: AbortSignal[] = [];
    const prepare = async (_p: unknown, _r: unknown, signal?: AbortSignal) => {
      signals.push(signal!);
      return new Promise<never>(() => undefined);
    };
    const refs = async () => Promise.reject(new BuildFailure('SourceUnavailable', 'away'));
    await expect(reader({ source: { prepare, refs } }).of({})).rejects.toMatchObject({ code: 'SourceUnavailable' });
    expect(signals[0]?.aborted).toBe(true);
  });
});
