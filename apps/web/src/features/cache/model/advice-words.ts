import type { CacheChoiceAdvice, Project } from '@cooperage/contracts';
import { cachePlace } from '../../../lib/format/cache-backend';
import { formatDuration } from '../../../lib/format/duration';

type Settings = Pick<Project, 'cacheMode' | 'cacheBackend'>;

/** What would earn more, and by how much. */
export function adviceWords(advice: CacheChoiceAdvice, { cacheMode, cacheBackend }: Settings): string {
  const more = `about ${formatDuration(advice.moreMs)} more a build`;
  if (advice.kind === 'backend')
    return `A cache ${cachePlace[advice.backend]} was worth ${more} here than one ${cachePlace[cacheBackend]}.`;
  return advice.mode === 'none'
    ? `To leave nothing is worth ${more} than mode ${cacheMode}: let the mode be chosen by these numbers.`
    : `Mode ${advice.mode} was worth ${more} here than mode ${cacheMode}: let the mode be chosen by these numbers.`;
}

/** The change of the project's settings that follows it, the one that takes it back, and both in words. */
export function adviceChange(advice: CacheChoiceAdvice, { cacheMode, cacheBackend }: Settings) {
  return advice.kind === 'mode'
    ? {
        ...{ label: 'Choose the mode automatically', done: 'The mode is chosen automatically now' },
        ...{ body: { cacheMode: advice.setting }, undo: { cacheMode } },
      }
    : {
        ...{
          label: `Keep it ${cachePlace[advice.backend]}`,
          done: `The cache is kept ${cachePlace[advice.backend]} now`,
        },
        ...{ body: { cacheBackend: advice.backend }, undo: { cacheBackend } },
      };
}
