import type { BuildCache, CacheRead } from '@cooperage/contracts';
import { daysWords } from '../../../lib/format/duration';
import { evictedBy } from './cache-reasons';

type Passed = CacheRead['passed'][number];

const whose = {
  own: 'its own',
  target: 'that of the branch into which it is to be merged',
  main: 'the default branch’s',
} as const satisfies Record<Passed['role'], string>;

const noneSentence = {
  policy: 'Nothing: its rule demands no cache.',
  asked: 'Nothing, as was asked for.',
  reset: 'Nothing: the cache was reset, and no build had succeeded since.',
} as const;

/** Why a build read the cache that it read, or none. */
export function readWords({ cache, none, passed }: CacheRead, backend: BuildCache['backend']): string {
  if (none !== null && none !== 'none_there') return noneSentence[none];
  const why = passed.map((each) => passedWords(each, backend)).join('; ');
  const read = cache ? capital(whose[cache.role]) : 'Nothing';
  return why === '' ? `${read}.` : `${read}: ${why}.`;
}

/** As a half sentence. */
function passedWords({ role, why, eviction }: Passed, backend: BuildCache['backend']): string {
  switch (why) {
    case 'absent':
      return `${whose[role]} was not there${backend === 'local' ? ' on this worker' : ' yet'}`;
    case 'deleted':
      return `${whose[role]} had been deleted${evictionWords(eviction)}`;
    case 'old':
      return `${whose[role]} was more than a week old, and a newer one was there`;
    case 'gone':
      return `${whose[role]} was gone when the builder came to read it`;
  }
}

function evictionWords(eviction: Passed['eviction']): string {
  if (!eviction) return '';
  const { why, unusedDays } = eviction;
  return why === 'unused' ? `, unused for ${daysWords(unusedDays ?? 0)}` : ` ${evictedBy[why]}`;
}

function capital(words: string): string {
  return words.replace(/^./, (letter) => letter.toUpperCase());
}
