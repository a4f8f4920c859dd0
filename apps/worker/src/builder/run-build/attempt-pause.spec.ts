import { expect, it } from 'vitest';
import { pauseAfter } from './attempt-pause.js';

it('gives a registry minutes, an engine seconds, and a build that was given back nothing', () => {
  const code = (code: Parameters<typeof pauseAfter>[0]['code']) => [1, 2, 3].map((n) => pauseAfter({ code }, n));
  expect(code('RegistryUnavailable')).toEqual([15_000, 300_000, 300_000]);
  expect(code('EngineUnavailable')).toEqual([2_000, 15_000, 15_000]);
  expect(code('WorkerLost')).toEqual([0, 0, 0]);
});

it('R8-C4 draws the pause of builds that lost an engine together by chance, so that they do not meet again', () => {
  const engine = { code: 'EngineUnavailable' } as const;
  const pauses = (chance: number) => [1, 2, 3].map((n) => pauseAfter(engine, n, 1, chance));
  expect(pauses(0)).toEqual([2_000, 15_000, 15_000]);
  expect(pauses(1)).toEqual([20_000, 60_000, 60_000]);
  expect(new Set(Array.from({ length: 50 }, () => pauseAfter(engine, 1, 1))).size).toBeGreaterThan(1);
});
