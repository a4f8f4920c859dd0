import type { Project, ProjectCache } from '@cooperage/contracts';
import { formatBytes } from '../../../lib/format/bytes';
import { modeReasonWords } from '../../../lib/format/cache-mode';
import { formatDuration } from '../../../lib/format/duration';

type Modes = ProjectCache['modes'];

/** What a mode leaves, for somebody who has to choose one. */
export const settingWords: Readonly<Record<Project['cacheMode'], string>> = {
  automatic: 'What pays here (automatic)',
  max: 'Steps of all stages (max)',
  min: 'Steps of the image alone (min)',
  none: 'Nothing (none)',
};

/** What the next build leaves of its cache, and why. */
export function nextSentence({ next }: Modes): string {
  const what = next.mode === 'none' ? 'nothing of its cache' : `its cache with mode ${next.mode}`;
  return `The next build leaves ${what}, ${modeReasonWords[next.why]}.`;
}

/** Where a mode goes: what was left over of it in the older half of the builds, and in the newer one. */
export function modeTrendSentences({ numbers }: Pick<Modes, 'numbers'>): string[] {
  return numbers.flatMap(({ mode, trend }) =>
    trend === null
      ? []
      : [
          `With ${mode}, ${signedDuration(trend.before)} was left over a build in the older half of them, ${signedDuration(trend.now)} in the newer.`,
        ],
  );
}

/** What is left over of a mode on some branches, and in how many builds. */
export function partWords({ builds, netMs }: Modes['numbers'][number]['main']): string {
  return builds === 0 ? '–' : `${signedDuration(netMs)} in ${builds}`;
}

/** A time that may be a loss. */
export function signedDuration(ms: number | null): string {
  if (ms === null) return 'not known';
  return ms < 0 ? `−${formatDuration(-ms)}` : formatDuration(ms);
}

/** What all caches of a project weigh in the registry, and what they may. */
export function weightSentence({ bytes, budgetBytes, budgetOf }: ProjectCache['store']): string {
  const weight = `The caches of this project weigh ${formatBytes(bytes)} in the registry`;
  if (budgetBytes === null) return `${weight}; neither it nor its organization sets a budget.`;
  return `${weight}, of ${formatBytes(budgetBytes)} that the ${budgetOf} allows.`;
}
