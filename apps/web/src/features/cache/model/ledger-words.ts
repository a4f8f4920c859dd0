import type { ProjectCache } from '@cooperage/contracts';
import { formatDuration } from '../../../lib/format/duration';
import { clipped } from './miss-words';

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

/** These days against as many before them. */
export function trendSentence({ before, now, direction }: ProjectCache['trend'], days: number): string {
  if (before === null || now === null) return 'There are too few builds to say where it goes.';
  const shares = `${percent(before)} in the ${days} days before, ${percent(now)} in these`;
  if (direction === 'same') return `It stays as it was: ${shares}.`;
  return `It became ${direction}: ${shares}.`;
}

/** The day from which on another part was saved, and what runs since then; null where there is none. */
export function shiftSentence({ shift }: Pick<ProjectCache['trend'], 'shift'>): string | null {
  if (shift === null) return null;
  const { day, before, now, step } = shift;
  const change = `It ${now < before ? 'fell' : 'rose'} from ${percent(before)} to ${percent(now)} on ${day}`;
  return step === null
    ? `${change}.`
    : `${change}: “${clipped(step.definition)}” ran in ${step.ran} of ${step.builds} builds since then.`;
}

function percent(share: number): string {
  return `${Math.round(share * 100)} %`;
}
