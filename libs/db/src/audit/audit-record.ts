import type { AuditContent } from '@cooperage/domain';

/** One audit entry as it is read back. */
export interface AuditRecord extends Omit<AuditContent, 'number' | 'chain'> {
  /** Null for what was written before there were chains. */
  readonly number: number | null;
  /** Lower-case hex; null with `number`. */
  readonly hash: string | null;
}

export interface AuditRow {
  readonly id: string;
  readonly actorKind: string;
  readonly actorId: string | null;
  readonly actorName: string;
  readonly action: string;
  readonly subjectKind: string;
  readonly subjectId: string;
  readonly projectId: string | null;
  readonly ip: string | null;
  readonly before: unknown;
  readonly after: unknown;
  readonly at: Date;
  readonly number: number | null;
  readonly hash: Uint8Array | null;
}

export const auditColumns = {
  id: true,
  actorKind: true,
  actorId: true,
  actorName: true,
  action: true,
  subjectKind: true,
  subjectId: true,
  projectId: true,
  ip: true,
  before: true,
  after: true,
  at: true,
  number: true,
  hash: true,
} as const;

/** The chain that an organization's entries are in; null: the installation's own. */
export function chainOf(organizationId: string | null): string {
  return organizationId ?? 'installation';
}

export function toAuditRecord(row: AuditRow): AuditRecord {
  return {
    id: row.id,
    number: row.number,
    at: row.at.toISOString(),
    actor: { kind: row.actorKind, id: row.actorId, name: row.actorName },
    action: row.action,
    subject: { kind: row.subjectKind, id: row.subjectId },
    project: row.projectId,
    address: row.ip,
    before: row.before,
    after: row.after,
    hash: row.hash && Buffer.from(row.hash).toString('hex'),
  };
}
