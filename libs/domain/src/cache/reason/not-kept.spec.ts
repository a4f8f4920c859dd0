import { describe, expect, it } from 'vitest';
import type { CacheFacts } from './cache-facts.js';
import { builtFrom as build, copied, files, first, node, reasonAt } from './why-ran.fixture.js';
import { whyStepsRan } from './why-ran.js';

describe('why a step ran of which nothing differs', () => {
  it('says that nothing differs, and where the result was lost', () => {
    const again = (facts: Partial<CacheFacts>, then: Partial<CacheFacts>) =>
      reasonAt(whyStepsRan(build({ number: 2, dockerfile: node, files, facts }), [{ ...first, ...then }]), 0);
    expect(again({}, {})).toEqual({ kind: 'not_kept', why: 'dropped' });
    expect(again({ space: 'p1-fork' }, {})).toEqual({ kind: 'not_kept', why: 'other_zone' });
    const [early, late] = [new Date(1), new Date(2)];
    const eviction = { why: 'unused', unusedDays: 30 } as const;
    const gone = { kind: 'not_kept', why: 'evicted', eviction };
    expect(again({ startedAt: late }, { evicted: { ...eviction, at: early } })).toEqual(gone);
    expect(again({ startedAt: early }, { evicted: { ...eviction, at: late } })).toEqual({
      kind: 'not_kept',
      why: 'dropped',
    });
    // A fork's zone was reset alone: what it borrows is as it was.
    expect(again({ cacheEpoch: 1 }, {})).toEqual({ kind: 'not_kept', why: 'dropped' });
    expect(again({ onEmptied: true }, {})).toEqual({ kind: 'not_kept', why: 'emptied' });
    expect(again({ onEmptied: true }, { cacheExport: 'failed' })).toEqual({ kind: 'not_kept', why: 'emptied' });
    expect(again({ onEmptied: true, workerName: 'w2' }, { cacheExport: 'failed' })).toEqual({
      kind: 'not_kept',
      why: 'not_exported',
    });
    expect(again({ cacheEpoch: 1, space: 'p1.1' }, {})).toEqual({ kind: 'not_kept', why: 'reset' });
    expect(again({ cacheEpoch: 1, afterReset: true }, {})).toEqual({ kind: 'not_kept', why: 'reset' });
    expect(again({ workerName: 'w2' }, { cacheExport: 'failed' })).toEqual({ kind: 'not_kept', why: 'not_exported' });
    expect(again({ workerName: 'w2' }, { cacheExport: 'none' })).toEqual({ kind: 'not_kept', why: 'other_worker' });
  });

  describe('R2-N5 and which takes more than its inputs', () => {
    const mounted = (mount: string) => `FROM busybox\nRUN a\nRUN --mount=${mount} b\nRUN c\n`;
    const topic = { mark: 'branch' } as const;
    const main = { mark: 'protected' } as const;
    const told = (mount: string, facts: Partial<CacheFacts>, earlier: Partial<CacheFacts>[], cached = ['RUN a']) => {
      const dockerfile = mounted(mount);
      const before = earlier.map((facts, at) => build({ number: earlier.length - at, dockerfile, facts }));
      const now = build({ number: 9, dockerfile, cached, facts });
      return whyStepsRan(now, before).map(({ reason, against }) => [
        reason?.kind === 'not_kept' ? reason.why : (reason?.kind ?? 'reused'),
        against?.number,
      ]);
    };

    it.each(['type=cache,target=/c', 'type=secret,id=a', 'type=ssh'])(
      'says that zones keep what %s holds apart, and what is made upon it ran for that',
      (mount) => {
        const because = [
          ['reused', 1],
          ['zone_mounts', 1],
          ['earlier_step', 1],
        ];
        expect(told(mount, topic, [main])).toEqual(because);
        expect(told(mount, main, [topic])).toEqual(because);
      },
    );

    it('takes and misses the results of its own zone as ever', () => {
      const cached = ['RUN a', 'RUN --mount', 'RUN c'];
      expect(told('type=cache,target=/c', topic, [main, topic], cached)).toEqual([
        ['reused', 2],
        ['reused', 1],
        ['reused', 1],
      ]);
      expect(told('type=cache,target=/c', topic, [main, topic])[1]).toEqual(['dropped', 1]);
    });

    it('says of other mounts, and of zones that share nothing, what was said before', () => {
      expect(told('type=tmpfs,target=/c', topic, [main])[1]).toEqual(['dropped', 1]);
      const apart = { mark: null, space: 'p1-branch' } as const;
      expect(told('type=cache,target=/c', apart, [main])[1]).toEqual(['other_zone', 1]);
    });
  });

  it('D3 says that another build was doing it at the same time, where there was no result yet', () => {
    const at = (number: number, [startedMs, endedMs]: [number, number | null], facts: Partial<CacheFacts> = {}) => {
      const made = copied(number, 'same', facts);
      return { ...made, steps: made.steps.map((step) => ({ ...step, startedMs, endedMs })) };
    };
    const why = (now: CacheFacts, then: CacheFacts) => reasonAt(whyStepsRan(now, [then]), 0);
    const once = { kind: 'not_kept', why: 'at_once' };
    expect(why(at(2, [15, 20]), at(1, [10, 20]))).toEqual(once);
    expect(why(at(2, [15, 20], { workerName: 'w2' }), at(1, [10, 20], { cacheExport: 'failed' }))).toEqual(once);
    expect(why(at(2, [20, 30]), at(1, [10, 20]))).toEqual({ kind: 'not_kept', why: 'dropped' });
    expect(why(at(2, [15, 20], { space: 'p1-fork' }), at(1, [10, 20]))).toEqual({
      kind: 'not_kept',
      why: 'other_zone',
    });
  });

  describe('where it is known which cache was read', () => {
    const far = { workerName: 'w2' };
    const told = (now: CacheFacts, earlier: readonly CacheFacts[]) => {
      const [verdict] = whyStepsRan(now, earlier);
      return [verdict?.reason?.kind === 'not_kept' && verdict.reason.why, verdict?.against?.number];
    };

    it('says of a result that stands elsewhere that no cache held it that was read', () => {
      const read = { read: { from: 2 } };
      const earlier = [copied(3, 'new', far), copied(2, '2', far)];
      expect(told(copied(5, 'new', read), earlier)).toEqual(['not_read', 3]);
      expect(told(copied(5, 'new', read), [copied(3, 'new'), copied(2, '2', far)])).toEqual(['dropped', 3]);
      expect(told(copied(5, 'new', read), [copied(3, 'new', { ...far, cacheExport: 'failed' })])).toEqual([
        'not_exported',
        3,
      ]);
      // It was made on another worker and read, and yet does not hold the step: the image alone was left.
      expect(told(copied(5, 'new', read), [copied(2, 'new', far)])).toEqual(['not_read', 2]);
    });

    it('does not blame a deletion for what was read all the same', () => {
      const evicted = { why: 'budget', unusedDays: null, at: new Date(1) } as const;
      const now = { startedAt: new Date(2), read: { from: 2 } };
      expect(told(copied(5, 'new', now), [copied(2, 'new', { evicted })])).toEqual(['dropped', 2]);
      expect(told(copied(5, 'new', now), [copied(3, 'new', { evicted }), copied(2, '2')])).toEqual(['evicted', 3]);
    });
  });
});
