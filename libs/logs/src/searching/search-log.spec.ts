import { LogLines } from '@cooperage/domain';
import { syncStretchRatio } from '@cooperage/testing';
import { describe, expect, it } from 'vitest';
import { attemptId, logFixture, storedEntries } from '../../spec/log-fixture.js';
import type { MemoryChunkStore } from '../../spec/memory-chunk-store.js';
import { seeded } from '../../spec/random.js';
import type { SurveyOptions } from '../ports.js';
import { readIndex } from '../reading/read-index.js';
import { InvalidPatternError, type LogQuery } from './line-matcher.js';
import { type FoundLine, type SearchOptions, type SearchResult, searchLog } from './search-log.js';

const query = (text: string, change: Partial<LogQuery> = {}): LogQuery => ({
  text,
  isRegex: false,
  matchCase: false,
  ...change,
});

async function searched(
  parts: readonly (readonly [step: number, text: string])[],
  what: LogQuery,
  options: Partial<SearchOptions> = {},
) {
  const { store, writer } = logFixture({ secrets: [{ name: 'TOKEN', value: 'hunter2hunter2' }] });
  for (const [step, text] of parts) await writer.output(step, 1, Buffer.from(text));
  await writer.close();
  const search = (more: Partial<SearchOptions> = {}) =>
    searchLog(store, attemptId, what, {
      fromN: 0,
      limit: 1000,
      budgetMs: 60_000,
      signal: new AbortController().signal,
      ...options,
      ...more,
    });
  return { ...(await search()), store, search };
}

const byPlace = (one: FoundLine, other: FoundLine): number => one[0] - other[0] || one[1] - other[1];

/** What is found by drawing every line of the log and looking at it. */
async function drawnWith(store: MemoryChunkStore, text: string): Promise<FoundLine[]> {
  const lines = new LogLines();
  const counts = new Map<number, number>();
  const found: FoundLine[] = [];
  const look = (step: number, line: { readonly text: string }): void => {
    counts.set(step, (counts.get(step) ?? 0) + 1);
    if (line.text.includes(text)) found.push([step, counts.get(step)!]);
  };
  for (const entry of await storedEntries(store)) lines.take(entry, (line) => look(entry.step, line));
  for (const step of [1, 2, 3]) for (const line of lines.unfinished(step)) look(step, line);
  return found;
}

describe('a search of a log', () => {
  it('finds lines of all steps by their numbers in their step', async () => {
    const { count, found, nextN } = await searched(
      [
        [1, 'one\ntwo\n'],
        [2, 'three\nTWO\n'],
        [1, 'two and two\n'],
      ],
      query('two'),
    );
    expect([count, found, nextN]).toEqual([
      3,
      [
        [1, 2],
        [2, 2],
        [1, 3],
      ],
      null,
    ]);
  });

  it('knows upper from lower case when asked to', async () => {
    const { found } = await searched([[1, 'Two\ntwo\n']], query('two', { matchCase: true }));
    expect(found).toEqual([[1, 2]]);
  });

  it('sees what a reader sees: coloured words, the last state of a rewritten line, an unfinished line, no secret', async () => {
    const text = 'plain\nhel\x1b[31mlo\x1b[0m\n10% hello\r100%\x1b[K\nhunter2hunter2\nhello again';
    expect((await searched([[1, text]], query('hello'))).found).toEqual([
      [1, 2],
      [1, 5],
    ]);
    expect((await searched([[1, text]], query('10%'))).count).toBe(0);
    expect((await searched([[1, text]], query('hunter2'))).count).toBe(0);
    expect((await searched([[1, text]], query('secret TOKEN'))).found).toEqual([[1, 4]]);
  });

  it('finds a line that was cut anywhere', async () => {
    const { found } = await searched(
      [
        [1, 'first\nnee'],
        [2, 'other\n'],
        [1, 'dle\n'],
      ],
      query('needle'),
    );
    expect(found).toEqual([[1, 2]]);
  });

  it('takes regular expressions, line by line', async () => {
    const { found } = await searched([[1, 'a1\nb22\n\nc333\n']], query('^[bc]\\d{2,}$', { isRegex: true }));
    expect(found).toEqual([
      [1, 2],
      [1, 4],
    ]);
    const across = await searched([[1, 'a\nb\n']], query('a\\sb', { isRegex: true }));
    expect(across.count).toBe(0);
  });

  it('S-093 refuses what is no pattern of a linear engine', async () => {
    for (const text of ['(', 'a(?=b)', '(a)\\1', '((a{1,1000}){1,1000}){1,1000}']) {
      await expect(searched([[1, 'a\n']], query(text, { isRegex: true }))).rejects.toThrow(InvalidPatternError);
    }
  });

  it('S-093 is done in time with a pattern that takes others for ever', async () => {
    const line = `${'a'.repeat(15_000)}!\n`;
    const { count, nextN } = await searched([[1, line.repeat(40)]], query('^(a+)+$', { isRegex: true }), {
      budgetMs: 1000,
    });
    expect([count, nextN]).toEqual([0, null]);
  });

  it('R3-N2 refuses an expression that stands for very much, before it costs anything', async () => {
    const costly = `${'.{0,999}'.repeat(20)}Z$`;
    const work = () =>
      expect(searched([[1, 'aZb\n'.repeat(10)]], query(costly, { isRegex: true }))).rejects.toThrow(
        InvalidPatternError,
      );
    expect(await syncStretchRatio(work)).toBeLessThan(5);
    for (const text of ['(?:a{30}){30}', 'a{600}', '(?:abcde){200}', '((a?){30}){20}'])
      await expect(searched([[1, 'a\n']], query(text, { isRegex: true })), text).rejects.toThrow('at most');
    for (const text of ['\\d{1,3}(\\.\\d{1,3}){3}', '[{9999}]', '\\{999}', 'x{', '{5}', 'a{1,2'])
      await searched([[1, 'a\n']], query(text, { isRegex: true })).catch(({ message }: Error) =>
        expect(message).not.toContain('at most'),
      );
  });

  it('R3-N2 lets others in while the costliest expression reads a chunk', async () => {
    const what = query(`a.{${470}}Z$`, { isRegex: true });
    const random = seeded(7);
    const text = (length: number) => Array.from({ length }, () => 'abZ'[Math.floor(random() * 3)]).join('');
    const { store, writer } = logFixture({});
    await writer.output(1, 1, Buffer.from(`${text(16_000)}b\n`.repeat(2) + `${text(200)}b\n`.repeat(160)));
    await writer.close();
    const options = { fromN: 0, limit: 10, budgetMs: 60_000, signal: new AbortController().signal };
    const work = async () => expect((await searchLog(store, attemptId, what, options)).count).toBe(0);
    expect(await syncStretchRatio(work)).toBeLessThan(8);
    expect(await searchLog(store, attemptId, what, options)).toMatchObject({ cutLines: 2 });
  });

  it('says how far it came when its time is over, and goes on from there to the same answer', async () => {
    const parts = Array.from(
      { length: 60 },
      (_, at) => [1 + (at % 2), `${'x'.repeat(9_000)}\nhit ${at}\nopen `] as const,
    );
    const whole = await searched(parts, query('hit'));
    expect(whole.count).toBe(60);
    const found = [];
    let calls = 0;
    for (let fromN: number | null = 0; fromN !== null; calls++) {
      const part = await whole.search({ fromN, budgetMs: 0 });
      found.push(...part.found);
      expect(part.searchedLines).toBeLessThanOrEqual(part.totalLines);
      fromN = part.nextN;
    }
    expect(calls).toBeGreaterThan(3);
    expect(found).toEqual(whole.found);
  });

  it('counts all and lists some, and lists the others from where it says', async () => {
    const parts = Array.from({ length: 60 }, (_, at) => [1, `${'x'.repeat(9_000)}\nhit ${at}\n`] as const);
    const { count, found, listFromN, search } = await searched(parts, query('hit'), { limit: 10 });
    expect(count).toBe(60);
    expect(found.length).toBeGreaterThanOrEqual(10);
    expect(found.length).toBeLessThan(60);
    const others = await search({ fromN: listFromN!, limit: 1000 });
    expect([...found, ...others.found]).toHaveLength(60);
    expect(others.found[0]).toEqual([1, 2 * found.length + 2]);
  });

  it('reads only chunks that may hold the text, and those in which its lines begin', async () => {
    const line = (at: number): string => `${'x'.repeat(9_000)} ${at === 41 ? 'needle' : 'straw'} ${at}\n`;
    const parts = Array.from({ length: 60 }, (_, at) => [1 + (at % 2), line(at)] as const);
    const { store, found } = await searched(parts, query('needle'));
    expect(found).toEqual([[2, 21]]);
    expect(store.chunks(attemptId).length).toBeGreaterThan(6);
    expect(store.picked.length).toBeLessThanOrEqual(2);
  });

  it('finds in chunks what it finds when it reads them all, however lines are cut and rewritten', async () => {
    const random = seeded(11);
    const below = (end: number): number => Math.floor(random() * end);
    const words = [
      'needle',
      'nee',
      'dle',
      ' straw',
      '\n',
      '\n',
      '\r',
      '\x1b[31m',
      '\x1b[3D',
      '\x1b[K',
      'é東',
      'x'.repeat(900),
    ];
    for (let round = 0; round < 8; round++) {
      const parts = Array.from({ length: 600 }, () => {
        const text = Array.from({ length: 1 + below(6) }, () => words[below(words.length)]!).join('');
        return [1 + below(3), text] as const;
      });
      const { store, found, count } = await searched(parts, query('needle'));
      const blind = new Proxy(store, {
        get: (target, name) =>
          name === 'survey'
            ? (id: string, asked: SurveyOptions) =>
                target.survey(id, { ...asked, trigrams: [], countBytes: Number.POSITIVE_INFINITY })
            : Reflect.get(target, name).bind?.(target),
      });
      const all = await searchLog(blind, attemptId, query('needle'), {
        ...{ fromN: 0, limit: 1000, budgetMs: 60_000, signal: new AbortController().signal },
      });
      expect([count, found], `round ${round}`).toEqual([all.count, all.found]);
      const drawn = await drawnWith(store, 'needle');
      expect(found.toSorted(byPlace), `round ${round}`).toEqual(drawn.toSorted(byPlace));
      const going: FoundLine[] = [];
      for (let fromN: number | null = 0; fromN !== null; ) {
        const part: SearchResult = await searchLog(store, attemptId, query('needle'), {
          ...{ fromN, limit: 1000, budgetMs: 0, signal: new AbortController().signal },
        });
        going.push(...part.found);
        fromN = part.nextN;
      }
      expect(going, `round ${round}`).toEqual(found);
    }
  });

  it('ends when nobody waits for it any more', async () => {
    const { nextN } = await searched([[1, 'a\n']], query('a'), { signal: AbortSignal.abort() });
    expect(nextN).toBe(0);
  });
});

describe('the index of a log', () => {
  it('covers all entries without a gap and counts the lines of each step', async () => {
    const parts = Array.from({ length: 60 }, (_, at) => [1 + (at % 2), `${'x'.repeat(9_000)}\nline\n`] as const);
    const { store } = await searched(parts, query('x'));
    const { segments, nextN, complete } = await readIndex(store, attemptId);
    expect(segments.length).toBeGreaterThan(3);
    for (const [at, segment] of segments.entries()) expect(segment.firstN).toBe(segments[at - 1]?.nextN ?? 0);
    expect([nextN, complete]).toEqual([(await store.tail(attemptId)).nextN, true]);
    const linesOf = (step: number) =>
      segments.flatMap(({ lineDeltas }) => lineDeltas.filter((delta) => delta.step === step).map(({ lines }) => lines));
    for (const step of [1, 2]) expect(linesOf(step).reduce((sum, lines) => sum + lines)).toBe(60);
  });
});
