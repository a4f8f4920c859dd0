import { jainIndex } from '@cooperage/domain';
import type { SlotTime } from '../world/rows.js';

/** From the first claim until the first organization has nothing waiting any more: only then are shares comparable. */
export function contendedSpan(times: readonly SlotTime[]): { readonly fromMs: number; readonly toMs: number } {
  const lastClaims = [...Map.groupBy(times, ({ organizationId }) => organizationId).values()].map((own) =>
    Math.max(...own.map(({ claimedMs }) => claimedMs)),
  );
  return { fromMs: Math.min(...times.map(({ claimedMs }) => claimedMs)), toMs: Math.min(...lastClaims) };
}

/** Jain's index of the slot-seconds of each organization while all have work waiting. */
export function fairness(times: readonly SlotTime[]): number {
  const { fromMs, toMs } = contendedSpan(times);
  const shares = [...Map.groupBy(times, ({ organizationId }) => organizationId).values()].map((own) =>
    own.reduce(
      (sum, { claimedMs, endedMs }) => sum + Math.max(0, Math.min(endedMs, toMs) - Math.max(claimedMs, fromMs)),
      0,
    ),
  );
  return jainIndex(shares);
}

/** Mean wait of the first builds of one organization. */
export function firstWaits(times: readonly SlotTime[], organizationId: string, count: number): number {
  const own = times.filter((time) => time.organizationId === organizationId);
  const first = own.toSorted((a, b) => a.claimedMs - b.claimedMs).slice(0, count);
  return first.reduce((sum, { queuedMs, claimedMs }) => sum + claimedMs - queuedMs, 0) / first.length;
}
