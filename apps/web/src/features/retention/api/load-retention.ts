import 'server-only';
import { deletionSchema, retentionPolicySchema, retentionPreviewSchema } from '@cooperage/contracts';
import { one, type PageQuery } from '@/lib/address/query';
import { readPage, withQuery } from '@/lib/api/list';
import { read } from '@/lib/api/server';

export type DeletionState = 'open' | 'deleted' | 'kept';

const base = (organizationId: string) => `/organizations/${encodeURIComponent(organizationId)}/retention`;

/** Addresses below `/api/v1`. */
export const retentionAddress = base;
const deletionsAddress = (organizationId: string, state: DeletionState, cursor: string | null): string =>
  withQuery(`${base(organizationId)}/deletions`, { state, cursor });

export const loadRetention = (organizationId: string) => read(base(organizationId), retentionPolicySchema);

/** A dry run of the values in the page's address; the values in force where it has none. */
export function loadRetentionPreview(organizationId: string, query: PageQuery) {
  const days = Object.fromEntries(
    (['buildDays', 'logDays', 'deliveryDays'] as const).map((name) => [name, one(query, name) || null]),
  );
  return read(withQuery(`${base(organizationId)}/preview`, days), retentionPreviewSchema);
}

export const loadDeletions = (organizationId: string, state: DeletionState, cursor: string | null) =>
  readPage(deletionsAddress(organizationId, state, cursor), deletionSchema);
