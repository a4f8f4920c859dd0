import type { Comparison, StepCache } from '@cooperage/contracts';
import { reasonWords } from '../../builds/model/cache-reasons';

type StepPair = Comparison['steps'][number];

/**
 * What became of a step from one build to the other, in words.
 * @param cache what is recorded of why it ran in the later one, compared with the build that could have served it
 * @param other number of the build on the page with which the later one is compared
 */
export function stepWords(
  { change, afterEarlier }: Pick<StepPair, 'change' | 'afterEarlier'>,
  cache?: Pick<StepCache, 'reason' | 'against'>,
  other?: number,
): string {
  if (change !== 'lost_cache') return plainWords[change];
  if (!cache?.reason || cache.reason.kind === 'unknown')
    return afterEarlier ? 'lost the cache: an earlier step ran' : 'lost the cache: what it reads or its words changed';
  const against = cache.against && cache.against.number !== other ? `, against #${cache.against.number}` : '';
  return `lost the cache: ${reasonWords(cache.reason)}${against}`;
}

const plainWords: Readonly<Record<Exclude<StepPair['change'], 'lost_cache'>, string>> = {
  added: 'added',
  gone: 'gone',
  gained_cache: 'reused now',
  slower: 'slower',
  faster: 'faster',
  same: 'as before',
};

/** One sentence over all steps; the changes that make a build slower come first. */
export function stepsSentence(steps: readonly Pick<StepPair, 'change'>[]): string {
  const count = (change: StepPair['change']): number => steps.filter((step) => step.change === change).length;
  const parts = [
    [count('lost_cache'), 'lost the cache'],
    [count('slower'), 'slower'],
    [count('added'), 'added'],
    [count('gone'), 'gone'],
    [count('gained_cache'), 'reused now'],
    [count('faster'), 'faster'],
    [count('same'), 'as before'],
  ] as const;
  return parts
    .filter(([number]) => number > 0)
    .map(([number, word]) => `${number} ${word}`)
    .join(' · ');
}
