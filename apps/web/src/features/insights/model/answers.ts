import type { InsightDay, Insights } from '@cooperage/contracts';
import { formatDuration } from '../../../lib/format/duration';

/** Fewer builds say nothing of a distribution. */
export const fewestBuilds = 10;

type Time = 'medianMs' | 'medianWaitMs';

/** How many builds the days had. */
export function buildsOf(days: readonly InsightDay[]): number {
  return days.reduce((sum, day) => sum + day.succeeded + day.broken + day.other, 0);
}

/** The middle of the daily medians of the second half against those of the first: did it change, and how much. */
function change(days: readonly InsightDay[], of: Time): { before: number; after: number } | null {
  const half = Math.ceil(days.length / 2);
  const [before, after] = [middle(days.slice(0, half), of), middle(days.slice(half), of)];
  return before === null || after === null ? null : { before, after };
}

export function slowerSentence(days: readonly InsightDay[]): string {
  const found = change(days, 'medianMs');
  const now = middle(days, 'medianMs');
  if (now === null) return 'No build has succeeded in these days.';
  if (!found) return `Half of the builds take less than ${formatDuration(now)}.`;
  const ratio = found.after / Math.max(1, found.before);
  const was = `${formatDuration(found.before)} before, ${formatDuration(found.after)} lately`;
  if (ratio > 1.1) return `Builds became ${percent(ratio - 1)} slower: half took less than ${was}.`;
  if (ratio < 0.9) return `Builds became ${percent(1 - ratio)} faster: half took less than ${was}.`;
  return `Builds take as long as they did: half took less than ${was}.`;
}

export function waitSentence(days: readonly InsightDay[]): string {
  const now = middle(days, 'medianWaitMs');
  if (now === null) return 'No build has started in these days.';
  const worst = days.reduce((most, day) => ((day.p95WaitMs ?? -1) > (most.p95WaitMs ?? -1) ? day : most));
  return `Half of the builds waited less than ${formatDuration(now)}; the worst day was ${worst.day}, when one in twenty waited ${formatDuration(worst.p95WaitMs ?? 0)} or more.`;
}

const whose = { user: 'the project’s own', platform: 'the platform’s', external: 'others’' } as const;

export function failSentence({ days, causes }: Pick<Insights, 'days' | 'causes'>): string {
  const broken = days.reduce((sum, day) => sum + day.broken, 0);
  const [first] = causes;
  if (!first) return 'No build broke in these days.';
  const blame = first.newest.failure?.blame;
  const turn = blame ? ` It is ${whose[blame]} to mend.` : '';
  return `${broken} of ${buildsOf(days)} builds broke; the most frequent cause is ${first.code}, ${times(first.count)}.${turn}`;
}

export function reuseSentence(days: readonly InsightDay[]): string {
  const steps = days.reduce((sum, day) => sum + day.steps, 0);
  const reused = days.reduce((sum, day) => sum + day.reusedSteps, 0);
  if (steps === 0) return 'No build has told of its steps in these days.';
  return `${percent(reused / steps)} of the steps were reused: ${reused.toLocaleString('en')} of ${steps.toLocaleString('en')}.`;
}

function middle(days: readonly InsightDay[], of: Time): number | null {
  const values = days.flatMap((day) => day[of] ?? []).toSorted((a, b) => a - b);
  return values[Math.floor((values.length - 1) / 2)] ?? null;
}

function percent(share: number): string {
  return `${Math.round(share * 100)} %`;
}

function times(count: number): string {
  return count === 1 ? 'once' : `${count} times`;
}
