import { expect, it } from 'vitest';
import { pauseAfter } from './attempt-pause.js';

it('gives a registry minutes, an engine seconds, and a build that was given back nothing', () => {
  const code = (code: Parameters<typeof pauseAfter>[0]['code']) => [1, 2, 3].map((n) => pauseAfter({ code }, n));
  expect(code('RegistryUnavailable')).toEqual([15_000, 300_000, 300_000]);
  expect(code('EngineUnavailable')).toEqual([2_000, 15_000, 15_000]);
  expect(code('WorkerLost')).toEqual([0, 0, 0]);
});
