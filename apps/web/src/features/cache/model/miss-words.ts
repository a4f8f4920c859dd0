import type { CacheMissAdvice, CacheMisses, MissedStep } from '@cooperage/contracts';
import { formatDuration } from '../../../lib/format/duration';
import { visibleText } from '../../../lib/format/names';

type Counted = MissedStep['causes'][number];

/** So many builds have to be known before a share of them says something. */
export const enoughBuilds = 3;

/** The step that costs most, in a sentence. */
export function missesSentence({ builds, steps }: CacheMisses): string {
  const [worst] = steps;
  if (builds < enoughBuilds || !worst)
    return builds < enoughBuilds
      ? `It is known of ${countOf(builds)} why steps ran; from ${enoughBuilds} on this is counted.`
      : `No step ran more than once in ${countOf(builds)}.`;
  const cost = formatDuration(worst.ms + worst.alongMs);
  const along = worst.alongMs > 0 ? ' with the steps that it takes along' : '';
  return `${quoted(worst.definition)} ran in ${worst.ran} of ${countOf(worst.builds)} and cost ${cost}${along}.`;
}

/** Why a step ran in how many builds, one cause. */
export function causeWords(counted: Counted): string {
  const names = counted.named.map(({ name, builds }) => `${visibleText(name)} (${builds})`).join(', ');
  const first = counted.named[0] ? clipped(counted.named[0].name) : '';
  switch (counted.cause) {
    case 'files':
      return `files changed: ${names}`;
    case 'variable':
      return `a variable changed: ${names}`;
    case 'base':
      return `the base image moved: ${names}`;
    case 'earlier_step':
      return `${first} ran before it`;
    case 'target':
      return `the target ${first} came to something else`;
    case 'instruction':
      return 'an instruction changed, was new or gone';
    case 'foreign':
      return 'it reads what may change by itself';
    case 'first':
      return 'no build before came to it';
    case 'not_asked':
      return 'no cache was to be read';
    case 'reset':
      return 'the cache was reset';
    case 'evicted':
      return 'its result was deleted from the registry';
    case 'dropped':
      return 'the builder had dropped its result';
    case 'at_once':
      return 'another build was doing it at the same time';
    case 'not_read':
      return 'its result was on another worker, and not in the cache that was read';
    case 'emptied':
      return 'its builder is emptied before each build, and no cache that was read holds it';
    case 'not_exported':
      return 'its result was not exported from another worker';
    case 'other_worker':
      return 'its result was on another worker';
    case 'other_zone':
      return 'its result belongs to another zone';
    case 'zone_mounts':
      return 'it has a mount that protected branches and other branches keep apart';
    case 'unknown':
      return 'not known why';
  }
}

/** What to do about it. */
export function adviceSentence(advice: CacheMissAdvice): string {
  switch (advice.kind) {
    case 'copy_later':
      return `Copy what ${quoted(advice.before)} needs before it, and the rest after it${
        advice.path === null ? '' : `: then a change of ${visibleText(advice.path)} does not run it`
      }.`;
    case 'ignore_file':
      return `If the image does not need ${visibleText(advice.path)}, name it in .dockerignore.`;
    case 'argument_later':
      return `The step does not use ${visibleText(advice.name)}: declare that ARG below it.`;
    case 'argument_used':
      return `It uses ${visibleText(advice.name)}: move it, and what follows it, as far down as it goes.`;
    case 'pin_image':
      return `Name ${advice.image === null ? 'the base image' : visibleText(advice.image)} by its digest, and take a new one when you want it.`;
    case 'pin_source':
      return 'Name what it reads by a digest or a checksum.';
    case 'earlier_step':
      return `What mends ${quoted(advice.definition)} mends this one too.`;
    case 'raise_budget':
      return 'Give the cache a larger budget, or let fewer branches keep one.';
    case 'export':
      return 'Let builds leave their cache where every worker finds it: in the registry, with mode max.';
  }
}

function countOf(builds: number): string {
  return builds === 1 ? '1 build' : `${builds} builds`;
}

function quoted(text: string): string {
  return `“${clipped(text)}”`;
}

/** One line of an instruction, short enough for a sentence. */
export function clipped(text: string, most = 60): string {
  const plain = visibleText(text.replace(/\s+/g, ' '));
  return plain.length > most ? `${plain.slice(0, most).trimEnd()}…` : plain;
}
