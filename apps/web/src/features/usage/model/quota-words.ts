import type { OrganizationUsage, QuotaUsageView } from '@cooperage/contracts';
import { formatBytes } from '../../../lib/format/bytes';

/** A number of a quota as people read it. */
function amountWords(value: number, unit: QuotaUsageView['unit']): string {
  if (unit === 'bytes') return formatBytes(value);
  return unit === 'minutes' ? `${Math.floor(value)} min` : String(value);
}

/** What was used of what, or that there is no limit. */
export function usedWords({ used, limit, unit }: Pick<QuotaUsageView, 'used' | 'limit' | 'unit'>): string {
  const amount = amountWords(used, unit);
  return limit === null ? `${amount}, no limit` : `${amount} of ${amountWords(limit, unit)}`;
}

/** What of the bytes is no image, or no log; null where nothing is. */
export function partWords(
  kind: QuotaUsageView['kind'],
  { stagedBytes, recordBytes }: Pick<OrganizationUsage, 'stagedBytes' | 'recordBytes'>,
): string | null {
  if (kind === 'imageBytes' && stagedBytes > 0)
    return `${formatBytes(stagedBytes)} of it pushed by builds that published nothing`;
  if (kind === 'logBytes' && recordBytes > 0)
    return `${formatBytes(recordBytes)} of it are records: steps, inputs and provenance of builds`;
  return null;
}

/** What follows at the limit. */
export const consequences: Readonly<Record<QuotaUsageView['kind'], string>> = {
  projects: 'No further project can be made.',
  concurrentBuilds: 'Further builds wait until one ends.',
  queuedBuilds: 'Further pushes start no build; their deliveries say so.',
  buildMinutes: 'Builds wait until the next month begins.',
  imageBytes: 'Builds whose image does not fit fail with QuotaExceeded.',
  cacheBytes: 'A warning is shown; nothing is stopped.',
  logBytes: 'Further builds wait until older builds, images or logs are deleted.',
  deliveryBytes: 'Webhook deliveries are rejected and listed as rejected.',
};

/** Every day of the last ones, the oldest first, with 0 where nothing was built. */
export function everyDay(
  days: readonly { readonly day: string; readonly minutes: number }[],
  count: number,
  nowMs: number,
): { readonly day: string; readonly minutes: number }[] {
  const known = new Map(days.map(({ day, minutes }) => [day, minutes]));
  return Array.from({ length: count }, (_, index) => {
    const day = new Date(nowMs - (count - 1 - index) * 86_400_000).toISOString().slice(0, 10);
    return { day, minutes: known.get(day) ?? 0 };
  });
}
