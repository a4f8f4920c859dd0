import type { InsightDay, Insights } from '@cooperage/contracts';
import { formatBytes } from '../../../lib/format/bytes';
import { formatDuration } from '../../../lib/format/duration';

/** Fewer builds say nothing of a distribution. */
export const fewestBuilds = 10;

type Measure = 'medianMs' | 'medianWaitMs' | 'medianBytes';

/** How many builds the days had. */
export function buildsOf(days: readonly InsightDay[]): number {
  return days.reduce((sum, day) => sum + day.succeeded + day.broken + day.other, 0);
}

/** The middle of the daily medians of the second half against those of the first: did it change, and how much. */
function change(days: readonly InsightDay[], of: Measure): { before: number; after: number } | null {
  const half = Math.ceil(days.length / 2);
  const [before, after] = [middle(days.slice(0, half), of), middle(days.slice(half), of)];
  return before === null || after === null ? null : { before, after };
}

/** So many days with a value are needed on both sides of a change, so that one bad day is none. */
const steadyDays = 3;
/** A change is at least so much, as a ratio, and most days on its two sides do not overlap. */
const leastRatio = 1.2;

export interface ChangeDay {
  /** The first day on which it was otherwise. */
  readonly day: string;
  readonly before: number;
  readonly after: number;
}

/** The day that parts the days best into two that differ; null where none does. */
export function changeDay(days: readonly InsightDay[], of: Measure): ChangeDay | null {
  const known = days.filter((day) => day[of] !== null);
  let best: (ChangeDay & { ratio: number }) | null = null;
  for (let at = steadyDays; at <= known.length - steadyDays; at++) {
    const [left, right] = [known.slice(0, at), known.slice(at)];
    const [before, after] = [middle(left, of)!, middle(right, of)!];
    const ratio = Math.max(before, after) / Math.max(1, Math.min(before, after));
    if (ratio < leastRatio || !areApart(left, right, of)) continue;
    if (!best || ratio > best.ratio) best = { day: known[at]!.day, before, after, ratio };
  }
  return best && { day: best.day, before: best.before, after: best.after };
}

/** Whether nine of ten days of the one side are all above, or all below, those of the other. */
function areApart(left: readonly InsightDay[], right: readonly InsightDay[], of: Measure): boolean {
  const pairs = left.flatMap((a) => right.map((b) => Math.sign(b[of]! - a[of]!)));
  const above = pairs.filter((sign) => sign > 0).length / pairs.length;
  return above >= 0.9 || above <= 0.1;
}

export function slowerSentence(days: readonly InsightDay[]): string {
  const found = change(days, 'medianMs');
  const now = middle(days, 'medianMs');
  if (now === null) return 'No build has succeeded in these days.';
  if (!found) return `Half of the builds take less than ${formatDuration(now)}.`;
  const ratio = found.after / Math.max(1, found.before);
  const point = changeDay(days, 'medianMs');
  if (point) {
    const word = point.after > point.before ? 'slower' : 'faster';
    const by = Math.max(point.after, point.before) / Math.max(1, Math.min(point.after, point.before));
    const share = word === 'slower' ? by - 1 : 1 - 1 / by;
    return `Builds became ${percent(share)} ${word} since ${point.day}: half took less than ${formatDuration(point.before)} before, ${formatDuration(point.after)} from then on.`;
  }
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

export function grownSentence({ days, grown }: Pick<Insights, 'days' | 'grown'>): string {
  if (middle(days, 'medianBytes') === null) return 'No image was made in these days.';
  const point = changeDay(days, 'medianBytes');
  const [most] = grown;
  const by = most ? formatBytes(most.afterBytes - most.beforeBytes) : '';
  const last = most ? ` One grew most with build ${most.build.number} of ${most.build.projectSlug}, by ${by}.` : '';
  if (point) {
    const bigger = point.after > point.before;
    const share = bigger ? point.after / Math.max(1, point.before) - 1 : 1 - point.after / point.before;
    return `Images became ${percent(share)} ${bigger ? 'bigger' : 'smaller'} since ${point.day}.${last}`;
  }
  return most ? `Images are as big as they were.${last}` : 'No image grew in these days.';
}

function middle(days: readonly InsightDay[], of: Measure): number | null {
  const values = days.flatMap((day) => day[of] ?? []).toSorted((a, b) => a - b);
  return values[Math.floor((values.length - 1) / 2)] ?? null;
}

function percent(share: number): string {
  return `${Math.round(share * 100)} %`;
}

function times(count: number): string {
  return count === 1 ? 'once' : `${count} times`;
}
