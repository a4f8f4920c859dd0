import type { EvaluationSubject } from '@cooperage/db';
import { BuildFailure } from '@cooperage/domain';
import type { RemoteRefs, Source } from '@cooperage/source';
import { describe, expect, it, vi } from 'vitest';
import { ReadHead } from './read-head.js';

const [old, mid, now] = ['a', 'b', 'c'].map((digit) => digit.repeat(40)) as [string, string, string];
const project = { id: 'p', remoteUrl: 'https://git.example/x' };
const pathRule = { includePaths: ['src/**'], excludePaths: [] };

interface Remote {
  readonly heads?: Record<string, string>;
  /** The head that was evaluated last. */
  readonly evaluated?: string | null;
  readonly source?: Partial<Source>;
}

function reader({ heads = { 'refs/heads/main': now }, evaluated = null, source = {} }: Remote) {
  const refs: RemoteRefs = { commits: new Map(Object.entries(heads)), defaultBranch: 'refs/heads/main', leftOut: 0 };
  const git = {
    refs: vi.fn(async () => refs),
    prepare: vi.fn(async () => ({ subject: 's', authorName: 'a', committedAtSeconds: 1 })),
    isAncestor: vi.fn(async () => false),
    changedPaths: vi.fn(async () => ['src/x']),
    ...source,
  };
  const heads_ = new ReadHead({ head: async () => evaluated }, git as unknown as Source);
  const of = (subject: object) =>
    heads_.of(
      { ref: 'refs/heads/main', after: now, project, rules: [], ...subject } as unknown as EvaluationSubject,
      project,
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
    expect(await of({})).toBeNull();
    expect(stopped).toBe(true);
    expect(await reader({}).of({ ref: null })).toBeNull();
    expect(await reader({}).of({ ref: 'refs/notes/x' })).toBeNull();
  });

  it('of a tag is the commit behind it, whatever object the delivery names', async () => {
    const { git, of } = reader({ heads: { 'refs/tags/v1': mid } });
    expect(await of({ ref: 'refs/tags/v1', after: old })).toMatchObject({ commit: mid, late: false });
    expect(git.prepare).toHaveBeenCalledWith(project, { ref: 'refs/tags/v1', commit: mid });
  });

  it('is late behind one that was evaluated, and where nobody can tell; never when it is the remote’s own', async () => {
    const late = async (after: string, isAncestor: boolean | undefined) =>
      (await reader({ evaluated: mid, source: { isAncestor: async () => isAncestor } }).of({ after }))?.late;
    expect([await late(old, true), await late(old, false), await late(old, undefined)]).toEqual([true, false, true]);
    expect(await late(now, true)).toBe(false);
    expect(await late(mid, true)).toBe(false);
  });

  it('is compared by paths only where a rule asks, and with nothing when a force push took the older head away', async () => {
    const { git, of } = reader({ evaluated: old });
    expect((await of({}))?.changedPaths).toBeNull();
    expect(git.changedPaths).not.toHaveBeenCalled();
    expect((await of({ rules: [pathRule] }))?.changedPaths).toEqual(['src/x']);
    const gone = async () => Promise.reject(new BuildFailure('RefNotFound', 'gone'));
    expect(
      (await reader({ evaluated: old, source: { changedPaths: gone } }).of({ rules: [pathRule] }))?.changedPaths,
    ).toBeNull();
    const away = async () => Promise.reject(new BuildFailure('SourceUnavailable', 'away'));
    await expect(
      reader({ evaluated: old, source: { changedPaths: away } }).of({ rules: [pathRule] }),
    ).rejects.toMatchObject({ code: 'SourceUnavailable' });
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
