import type { BuildCache, RunReason, StepCache } from '@cooperage/contracts';
import { modeWords } from '../../../lib/format/cache-mode';
import { daysWords, formatDuration } from '../../../lib/format/duration';
import { visibleText } from '../../../lib/format/names';

/** Why a step ran, in the few words that fit beside it. */
export function reasonWords(reason: RunReason): string {
  switch (reason.kind) {
    case 'not_asked':
      return 'no cache was to be read';
    case 'first':
      return 'no build before came to it';
    case 'instruction':
      return instructionWords(reason);
    case 'variable':
      return `${visibleText(reason.name)} ${changeOf(reason)}`;
    case 'base':
      return 'the base image moved';
    case 'earlier_step':
      return earlierWords(reason);
    case 'target':
      return `the target ${visibleText(reason.target)} comes to something else`;
    case 'files':
      return filesWords(reason);
    case 'foreign':
      return 'it reads what may change by itself';
    case 'not_kept':
      return 'nothing differs, its result was not kept';
    case 'unknown':
      return 'not known why';
  }
}

function earlierWords({ target }: { target?: string | null }): string {
  if (target === undefined) return 'an earlier step ran';
  return target === null ? 'an equal step of the build’s own ran' : `a step of the target ${visibleText(target)} ran`;
}

function instructionWords({ before, after }: { before: string | null; after: string | null }): string {
  if (before === null) return 'the instruction is new';
  return after === null ? 'an instruction before it is gone' : 'the instruction changed';
}

function changeOf({ before, after }: { before: string | null; after: string | null }): string {
  if (before === null) return 'is set now';
  return after === null ? 'is not set any more' : 'changed';
}

/** A file of a named context has the name of that in front, with two strokes, which no path has. */
export function fileWords(path: string): string {
  const [context, inside] = path.split('//', 2);
  return inside === undefined
    ? visibleText(path)
    : `${visibleText(inside)} of the context ${visibleText(context ?? '')}`;
}

function filesWords({ changes, added, changed, removed }: Extract<RunReason, { kind: 'files' }>): string {
  const [first] = changes;
  const count = added + changed + removed;
  if (count !== 1 || !first) return `${count} files of its changed`;
  if (first.mode) return `${fileWords(first.path)} has other permissions`;
  if (first.before === null) return `${fileWords(first.path)} was added`;
  return `${fileWords(first.path)} ${first.after === null ? 'was removed' : 'changed'}`;
}

const notKept = {
  other_zone:
    'Every input is the same. The result belongs to another zone, from which this build takes nothing that ran.',
  zone_mounts:
    'Every input is the same. The step has a cache mount, a secret or an SSH agent. Protected branches and other branches keep those apart, and take no result of such a step from each other.',
  other_worker: 'Every input is the same. The result was made on another worker, which exported nothing.',
  not_exported: 'Every input is the same. The result was made on another worker, and its cache was not exported.',
  emptied:
    'Every input is the same. The builder is emptied before each build of strangers, and no cache that this build read holds the result.',
  reset: 'The cache was reset: nothing older is found, and nothing after the reset had made it yet.',
  evicted: 'Every input is the same. The registry’s cache was deleted before this build.',
  not_read:
    'Every input is the same. The result was made on another worker, and no cache that this build read holds it.',
  at_once: 'Every input is the same. Another build was doing this step at the same time, and there was no result yet.',
  dropped:
    'Every input is the same. The builder does not have the result any more, and the cache that this build read does not hold it.',
} as const;

/** By what the registry’s cache was deleted, all but for its age. */
export const evictedBy = {
  reset: 'by a reset',
  budget: 'by the budget of the project',
  ref_deleted: 'with its branch or tag',
  pruned: 'by a rule that a person gave',
  unreadable: 'since it had too many parts to count (mode min leaves fewer)',
} as const;

function evictedSentence({
  why,
  unusedDays,
}: NonNullable<Extract<RunReason, { kind: 'not_kept' }>['eviction']>): string {
  const how = why === 'unused' ? `: unused for ${daysWords(unusedDays ?? 0)}` : ` before this build, ${evictedBy[why]}`;
  return `Every input is the same. The registry’s cache was deleted${how}.`;
}

const unknown = {
  no_manifest:
    'It is not recorded what the context held, here or in the build it is compared with, or it takes too much work to compare.',
  not_matched: 'Nothing that is recorded differs.',
  upon_folder: 'Its stage starts from a folder, and the builder finds no step again that is made upon one.',
  of_target:
    'It depends on another target of the definition, and it is not recorded what that was made from, here or in the build it is compared with.',
} as const;

/** The same as a sentence of its own. */
export function reasonSentence(reason: RunReason): string {
  switch (reason.kind) {
    case 'not_asked':
      return 'Somebody asked for a build that reads no cache.';
    case 'first':
      return 'No build before that it may read from came to this step.';
    case 'foreign':
      return 'It reads an address or an image of whose content there is no record.';
    case 'not_kept':
      return reason.eviction ? evictedSentence(reason.eviction) : notKept[reason.why];
    case 'unknown':
      return unknown[reason.why];
    case 'variable':
      return `The variable ${reasonWords(reason)}.`;
    case 'target':
      return `None of its steps ran, but what the target ${visibleText(reason.target)} comes to is another than in that build.`;
    case 'files':
      // A name keeps its letters: only a count may begin the sentence.
      return reason.added + reason.changed + reason.removed === 1 && reason.changes.length === 1
        ? `The file ${reasonWords(reason)}.`
        : `${reasonWords(reason)}.`;
    default:
      return `${reasonWords(reason).replace(/^./, (letter) => letter.toUpperCase())}.`;
  }
}

/** Verdicts by the ordinal of their step. */
export function cacheByStep(cache: BuildCache | null): ReadonlyMap<number, StepCache> {
  return new Map(cache?.steps.map((step) => [step.ordinal, step]));
}

/** What the cache was worth, by time. */
export function economyWords({ savedMs, ranMs, importMs, share, untimed }: BuildCache['economy']): string {
  const parts = [
    share === null ? 'nothing ran' : `${Math.round(share * 100)} % of the time of its steps`,
    savedMs > 0 && `about ${formatDuration(savedMs)} saved`,
    ranMs > 0 && `${formatDuration(ranMs)} ran`,
    importMs > 0 && `${formatDuration(importMs)} to look into the registry`,
    untimed > 0 && `${untimed} reused ${untimed === 1 ? 'step' : 'steps'} of unknown time`,
  ];
  return parts.filter(Boolean).join(' · ');
}

/** What a build may read and write of caches, and with whom it shares what the builder keeps. */
export function policyWords({ policy, isolated }: Pick<BuildCache, 'policy' | 'isolated'>): string {
  if (policy === 'none') return 'its rule demands no cache: nothing is read, nothing is written';
  const sharing = isolated
    ? 'the builder keeps it apart from other zones'
    : 'the builder’s own results are shared by its project';
  return policy === 'protected_only' ? `its rule demands protected caches only; ${sharing}` : sharing;
}

/** Where the cache of a build stands after it. */
export function exportWords({ state, note, mode, why }: BuildCache['export']): string {
  const chosen = modeWords({ mode, why });
  if (state === 'done') return chosen ? `exported: ${chosen}` : 'exported';
  if (mode === 'none') return `not exported: ${chosen}`;
  if (state === 'pending') return 'being exported';
  return state === 'failed' || note ? `not exported: ${visibleText(note ?? '')}` : 'nothing new to export';
}
