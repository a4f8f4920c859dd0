import type { BuildDetailRecord, PostgresChunkStore } from '@cooperage/db';
import { describe, expect, it } from 'vitest';
import type { Principal } from '../auth/principal.js';
import type { BuildLogService } from './build-log.service.js';
import { BuildLogSearchService } from './build-log-search.service.js';
import { findEvidence } from './evidence.js';
import { LogIndexes } from './log-indexes.js';

/** A build is named after its organization. */
const logs = {
  attempt: async (_principal: Principal, buildId: string) => ({ id: buildId, number: 1, organizationId: buildId }),
} as unknown as BuildLogService;

/** A store that answers nothing, until it fails for everybody. */
function silentStore() {
  const { promise, reject } = Promise.withResolvers<never>();
  promise.catch(() => undefined);
  const asked: unknown[] = [];
  const ask = (attemptId: unknown) => {
    asked.push(attemptId);
    return promise;
  };
  const store = new Proxy({}, { get: () => ask }) as PostgresChunkStore;
  return { store, asked, fail: () => reject(new Error('the store is gone')) };
}

function searches() {
  const { store, fail, asked } = silentStore();
  const indexes = new LogIndexes(store);
  const service = new BuildLogSearchService(logs, store, indexes);
  const query = { q: 'a', regex: 'false', case: 'false', from: 0, limit: 1 } as const;
  const outcomeOf = (work: Promise<unknown>): Promise<string> =>
    work.then(
      () => 'found',
      (error: { code?: string; message: string }) => error.code ?? error.message,
    );
  const search = (organization: string) =>
    outcomeOf(service.search({} as Principal, organization, query, new AbortController().signal));
  const index = (organization: string) => outcomeOf(service.index({} as Principal, organization, undefined));
  const details = { dockerfile: async () => null };
  let attemptsMade = 0;
  const evidence = (organizationId: string, attemptId = `${organizationId}${attemptsMade++}`, logLine?: object) => {
    const attempts = [{ id: attemptId, number: 1 }];
    const build = {
      organizationId,
      attemptNumber: 1,
      attempts,
      failure: { place: { stepId: 's' }, logLine },
      failedSteps: new Map([[`${attemptId} s`, 1]]),
    };
    return findEvidence(build as unknown as BuildDetailRecord, { details, indexes }).catch(({ message }) => message);
  };
  return { search, index, evidence, fail, asked };
}

describe('R-M7 searches of several organizations', () => {
  it('one that asks for many is told to come back, and another finds a slot at once', async () => {
    const { search, fail } = searches();
    const flood = Array.from({ length: 10 }, () => search('a'));
    expect(await flood.at(-1)).toBe('rate_limited');
    const other = search('b');
    fail();
    // Whoever was given a slot has met the store.
    expect(await other).toBe('the store is gone');
    const outcomes = await Promise.all(flood);
    expect(outcomes.filter((outcome) => outcome === 'rate_limited')).toHaveLength(1);
  });
});

describe('R4-P1 indexes and evidence of several organizations', () => {
  it('index: who asks for many is told to come back, and others are not', async () => {
    const { fail, index } = searches();
    const flood = Array.from({ length: 80 }, () => index('a'));
    expect(await flood.at(-1)).toBe('rate_limited');
    const other = index('b');
    fail();
    expect(await other).toBe('the store is gone');
    const outcomes = await Promise.all(flood);
    expect(outcomes.filter((outcome) => outcome === 'rate_limited')).toHaveLength(12);
  });

  it('V-2 evidence: a build of one whose logs are busy is shown without it, and others have theirs', async () => {
    const { fail, evidence } = searches();
    const flood = Array.from({ length: 80 }, () => evidence('a'));
    expect(await flood.at(-1)).toEqual({ source: 'busy', firstLine: 1, lines: [] });
    const known = await evidence('a', 'last', { number: 7, text: 'error: no such file' });
    expect(known).toEqual({ source: 'log', firstLine: 7, lines: ['error: no such file'] });
    const other = evidence('b');
    fail();
    expect(await other).toBe('the store is gone');
    const outcomes = await Promise.all(flood);
    expect(outcomes.filter((outcome) => outcome === 'the store is gone')).toHaveLength(68);
  });

  it('V-2 evidence: all who look at one failed build share one reading, and it is read anew later', async () => {
    const { fail, evidence, asked } = searches();
    const viewers = Array.from({ length: 80 }, () => evidence('a', 'attempt'));
    await expect.poll(() => asked).toEqual(['attempt']);
    fail();
    expect(new Set(await Promise.all(viewers))).toEqual(new Set(['the store is gone']));
    await evidence('a', 'attempt');
    expect(asked).toEqual(['attempt', 'attempt']);
  });
});
