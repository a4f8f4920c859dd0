import { Prisma } from '../generated/client.js';
import { channels } from '../listen/channels.js';

/**
 * Tells live pages that a build changed, as an expression over its row; they ask for its data again. The payload is the
 * contract's `BuildChange`. Notifications are sent when the transaction commits.
 */
export function announcementOf(alias: string): Prisma.Sql {
  const of = (column: string) => Prisma.raw(`${alias}.${column}`);
  return Prisma.sql`pg_notify(${channels.build}, json_build_object('buildId', ${of('id')}, 'projectId', ${of('project_id')},
    'organizationId', ${of('organization_id')}, 'number', ${of('number')}, 'version', ${of('version')}, 'status', ${of('status')},
    'phase', ${of('phase')}, 'attempt', ${of('attempt_number')})::text)::text`;
}
