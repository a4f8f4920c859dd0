import { afterEach, expect, it, vi } from 'vitest';
import type { SearchState } from '../model/log-search';
import { stepKey } from '../model/step-key';
import { searchWhole } from './search-whole';

afterEach(() => vi.unstubAllGlobals());

it('R-O3 counts the lines of all attempts, each found where its step is', async () => {
  const answers: Record<string, object> = {
    '1.0': { count: 2, found: [[3, 1]], next: 7, searchedLines: 1, totalLines: 2, cutLines: 1 },
    '1.7': { count: 1, found: [[3, 9]], next: null, searchedLines: 2, totalLines: 2, cutLines: 1 },
    '2.0': { count: 4, found: [[3, 2]], next: null, searchedLines: 2, totalLines: 2, cutLines: 1 },
  };
  vi.stubGlobal('fetch', async (address: string) => {
    const query = new URL(address, 'http://x').searchParams;
    return Response.json(answers[`${query.get('attempt')}.${query.get('from')}`]);
  });
  const states: SearchState[] = [];
  const words = { text: 'a', matchCase: false, isRegex: false };
  const show = (state: SearchState) => states.push(state);
  await searchWhole({ buildId: 'b', attempts: [1, 2], words }, show, new AbortController().signal);
  expect(states.map((state) => ('share' in state ? [state.kind, state.count, state.share] : []))).toEqual([
    ['running', 2, 0.25],
    ['running', 3, 0.5],
    ['done', 7, 1],
  ]);
  expect(states.at(-1)).toMatchObject({
    cutLines: 3,
    hits: [
      [stepKey(1, 3), 1],
      [stepKey(1, 3), 9],
      [3, 2],
    ],
  });
});
