import { syncStretchRatio } from '@cooperage/testing';
import { describe, expect, it } from 'vitest';
import { attemptId, logFixture } from '../../spec/log-fixture.js';
import type { ChunkStore, SurveyOptions } from '../ports.js';
import type { LogQuery } from './line-matcher.js';
import { type FoundLine, type SearchResult, searchLog } from './search-log.js';

const query = (text: string): LogQuery => ({ text, isRegex: false, matchCase: false });

describe('R16A-1 a search of a log in which very many steps print side by side', () => {
  const options = { fromN: 0, limit: 10, budgetMs: 60_000, signal: new AbortController().signal };

  it('R16A-1 holds no counts that are larger than it allows, and finds the same', async () => {
    const parts = Array.from({ length: 60 }, (_, at) => [1 + (at % 3), `${'x'.repeat(9_000)}\nhit ${at}\nop`] as const);
    const { store, writer } = logFixture();
    for (const [step, text] of parts) await writer.output(step, 1, Buffer.from(text));
    await writer.close();
    const { found, count } = await searchLog(store, attemptId, query('hit'), { ...options, limit: 1000 });
    expect(count).toBe(60);
    const asked: number[] = [];
    const narrow = new Proxy(store, {
      get: (target, name) =>
        name === 'survey'
          ? (id: string, survey: SurveyOptions) => {
              asked.push(survey.countBytes);
              return target.survey(id, { ...survey, countBytes: 100 });
            }
          : Reflect.get(target, name).bind?.(target),
    });
    const whole = await searchLog(narrow, attemptId, query('hit'), options);
    expect([whole.count, whole.found, whole.nextN]).toEqual([count, found.slice(0, whole.found.length), null]);
    expect(asked).toEqual([expect.any(Number)]);
    // As objects they are twice as much, for each of four searches.
    expect(asked[0]).toBeLessThanOrEqual(16 * 1_048_576);
    const going: FoundLine[] = [];
    for (let fromN: number | null = 0; fromN !== null; ) {
      const part: SearchResult = await searchLog(narrow, attemptId, query('hit'), {
        ...options,
        fromN,
        limit: 1000,
        budgetMs: 0,
      });
      going.push(...part.found);
      fromN = part.nextN;
    }
    expect(going).toEqual(found);
  });

  it('R16A-1 lets others in while it passes over all of them', async () => {
    const outputs = [1, 2].map((stream) => ({ stream: stream as 1 | 2, openN: null, style: 0 }));
    const lineDeltas = Array.from({ length: 128 }, (_, step) => ({ step, lines: 1, outputs }));
    const chunks = Array.from({ length: 3_000 }, (_, at) => ({
      ...{ firstN: at, lastN: at, firstLine: at * 128, entriesBytes: 1_000, lineDeltas, mayHold: false },
    }));
    const store = {
      tail: async () => ({ nextN: chunks.length, lines: chunks.length * 128, textBytes: 0, complete: true }),
      survey: async () => chunks,
      pick: async () => [],
    } as unknown as ChunkStore;
    const work = async () =>
      expect(await searchLog(store, attemptId, query('zz'), options)).toMatchObject({ count: 0, nextN: null });
    expect(await syncStretchRatio(work)).toBeLessThan(5);
  });

  it('R17C-8 looks at a bounded number of parts, and says of how many lines', async () => {
    const store = {
      tail: async () => ({ nextN: 10_000_000, lines: 10_000_000, textBytes: 0, complete: true }),
      survey: async (_: string, { limit }: SurveyOptions) =>
        Array.from({ length: Math.min(limit, 200_000) }, (_, at) => ({
          ...{ firstN: at, lastN: at, firstLine: at, entriesBytes: 0, lineDeltas: [], mayHold: at % 2 === 0 },
        })),
      pick: async (_: string, firstNs: readonly number[]) => {
        expect(firstNs.length).toBeLessThanOrEqual(256);
        return [];
      },
    } as unknown as ChunkStore;
    const { searchedLines, totalLines } = await searchLog(store, attemptId, query('zz'), options);
    expect(searchedLines).toBeLessThan(70_000);
    expect(totalLines).toBe(10_000_000);
  });
});
