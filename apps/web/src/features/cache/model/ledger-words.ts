import type { ProjectCache } from '@cooperage/contracts';
import { formatDuration } from '../../../lib/format/duration';

type Total = ProjectCache['total'];

/** Whether the cache pays, in a sentence. */
export function worthSentence({ builds, share, savedMs, netMs, importMs, exportMs }: Total): string {
  if (builds === 0 || share === null) return 'No build has told of its steps in these days.';
  const paid = importMs + exportMs;
  const saved = `${percent(share)} of the time of all steps was saved, about ${formatDuration(savedMs)}`;
  if (paid === 0) return `${saved}; import and export took no time.`;
  return netMs >= 0
    ? `${saved}; import and export took ${formatDuration(paid)} of it.`
    : `${saved}, but import and export took ${formatDuration(paid)}: the registry’s cache costs more than it saves.`;
}

export function trendSentence({ before, now, direction }: ProjectCache['trend']): string {
  if (before === null || now === null) return 'There are too few builds to say where it goes.';
  const shares = `${percent(before)} in the first half of these days, ${percent(now)} in the second`;
  if (direction === 'same') return `It stays as it was: ${shares}.`;
  return `It became ${direction}: ${shares}.`;
}

function percent(share: number): string {
  return `${Math.round(share * 100)} %`;
}
