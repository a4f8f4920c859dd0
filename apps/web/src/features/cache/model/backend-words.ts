import type { ProjectCache } from '@cooperage/contracts';
import { formatBytes } from '../../../lib/format/bytes';
import { formatDuration } from '../../../lib/format/duration';

type Numbers = ProjectCache['backends'][number];

/** What each place of a cache is, and what it cannot do. */
export const backendWords: Readonly<Record<Numbers['backend'], { readonly what: string; readonly cannot: string }>> = {
  registry: {
    what: 'in the registry, by itself',
    cannot: 'It needs room in the registry beside the images.',
  },
  inline: {
    what: 'inside the image',
    cannot:
      'It holds the steps of the last stage only, what writing it takes is part of the build, and the image’s digest depends on it.',
  },
  local: {
    what: 'on the worker’s disk',
    cannot: 'Other workers do not find it, and a restored step is copied into the builder whole.',
  },
};

/** A time and a size of one build, as far as they are known. */
export function timeAndSize(ms: number | null, bytes: number | null): string {
  if (ms === null) return '–';
  return bytes === null || bytes === 0
    ? formatDuration(ms)
    : `${formatDuration(ms)}, ${formatBytes(Math.round(bytes))}`;
}

/** What one place was worth here, or that nobody knows yet. */
export function builtWith({ builds, exports }: Numbers): string {
  if (builds === 0) return 'no numbers yet';
  const left = exports === builds ? 'each left something' : `${exports || 'none'} left something`;
  return `${builds} ${builds === 1 ? 'build' : 'builds'}, ${left}`;
}
