import 'server-only';
import { auditEntrySchema, chainCheckSchema } from '@cooperage/contracts';
import { readPage, withQuery } from '@/lib/api/list';
import { read } from '@/lib/api/server';

export interface AuditFilter {
  readonly actor: string | null;
  readonly action: string | null;
  readonly subject: string | null;
  readonly project: string | null;
  readonly since: string | null;
}

/** Address below `/api/v1` of an organization's audit; null: the installation's. */
export function auditAddress(organizationId: string | null): string {
  return organizationId === null ? '/audit' : `/organizations/${encodeURIComponent(organizationId)}/audit`;
}

export const loadAudit = (address: string, filter: AuditFilter, cursor: string | null) =>
  readPage(withQuery(address, { ...filter, cursor }), auditEntrySchema);

export const loadChainCheck = (address: string) => read(`${address}/check`, chainCheckSchema);
