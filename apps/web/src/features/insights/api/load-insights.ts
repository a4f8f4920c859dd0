import 'server-only';
import { insightsSchema } from '@cooperage/contracts';
import { withQuery } from '@/lib/api/list';
import { read } from '@/lib/api/server';

export interface InsightsAsked {
  readonly days: number;
  readonly filter: string;
}

/** Address below `/api/v1`. */
export function insightsAddress({ days, filter }: InsightsAsked): string {
  return withQuery('/insights', { days, filter });
}

/** Address below `/api/v1` of the days as comma-separated values. */
export function daysAddress({ days, filter }: InsightsAsked): string {
  return withQuery('/insights/days', { days, filter });
}

export function loadInsights(asked: InsightsAsked) {
  return read(insightsAddress(asked), insightsSchema);
}
