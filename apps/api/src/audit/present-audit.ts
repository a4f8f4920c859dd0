import type { AuditEntry } from '@cooperage/contracts';
import type { AuditRecord } from '@cooperage/db';

/** @param names what people call the subjects, by id. */
export function presentAuditEntry(record: AuditRecord, names: ReadonlyMap<string, string>): AuditEntry {
  const { project, subject, before, after, ...entry } = record;
  return {
    ...entry,
    subject: { ...subject, name: names.get(subject.id) ?? null },
    project: project === null ? null : { id: project, slug: names.get(project) ?? null },
    before: before ?? null,
    after: after ?? null,
  };
}
