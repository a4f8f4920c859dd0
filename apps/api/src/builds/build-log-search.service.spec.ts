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
  const store = new Proxy({}, { get: () => () => promise }) as PostgresChunkStore;
  return { store, fail: () => reject(new Error('the store is gone')) };
}

function searches() {
  const { store, fail } = silentStore();
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
  const evidence = (organizationId: string) => {
    const attempts = [{ id: organizationId, number: 1 }];
    const build = {
      organizationId,
      attemptNumber: 1,
      attempts,
      failure: { place: { stepId: 's' } },
      failedSteps: new Map([[`${organizationId} s`, 1]]),
    };
    return outcomeOf(findEvidence(build as unknown as BuildDetailRecord, { details, indexes }));
  };
  return { search, index, evidence, fail };
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
  it.each(['index', 'evidence'] as const)(
    '%s: who asks for many is told to come back, and others are not',
    async (what) => {
      const { fail, ...work } = searches();
      const flood = Array.from({ length: 80 }, () => work[what]('a'));
      expect(await flood.at(-1)).toBe('rate_limited');
      const other = work[what]('b');
      fail();
      expect(await other).toBe('the store is gone');
      const outcomes = await Promise.all(flood);
      expect(outcomes.filter((outcome) => outcome === 'rate_limited')).toHaveLength(12);
    },
  );
});
