import type { BuildCache } from '@cooperage/contracts';

type Export = BuildCache['export'];

/** Why a mode was taken, at the end of a sentence. */
export const modeReasonWords: Readonly<Record<NonNullable<Export['why']>, string>> = {
  set: 'as the project is set',
  few_builds: 'since too few builds are known to choose by',
  explores: 'to try what it is worth: a few builds of every thirty do that',
  better: 'since it is worth more than what was left before',
  keeps: 'since no other mode is known to be worth clearly more',
};

/** What a build left and why; empty where that is not known. */
export function modeWords({ mode, why }: Pick<Export, 'mode' | 'why'>): string {
  return mode === null || why === null ? '' : `mode ${mode}, ${modeReasonWords[why]}`;
}
