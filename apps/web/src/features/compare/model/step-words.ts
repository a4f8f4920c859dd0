import type { Comparison } from '@cooperage/contracts';

type StepPair = Comparison['steps'][number];

/** What became of a step from one build to the other, in words. */
export function stepWords({ change, afterEarlier }: Pick<StepPair, 'change' | 'afterEarlier'>): string {
  if (change === 'lost_cache')
    return afterEarlier ? 'lost the cache: an earlier step ran' : 'lost the cache: what it reads or its words changed';
  return plainWords[change];
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
