import type { Trial } from '@cooperage/contracts';

/** Tries something and says how long it took. `work` tells what it has seen; what it throws is not expected. */
export async function trial(work: () => Promise<Omit<Trial, 'tookMs'>>): Promise<Trial> {
  const startedAt = performance.now();
  const seen = await work();
  return { ...seen, tookMs: Math.round(performance.now() - startedAt) };
}
