import { channels } from '../listen/channels.js';

/**
 * Tells live pages that deliveries of a project changed, as an expression over a row with `project_id`; they ask for their
 * data again. The payload is the contract's `DeliveryChange`. Equal ones of one transaction are sent once.
 */
export function deliveryAnnouncement(alias: string): string {
  return `pg_notify('${channels.delivery}', json_build_object('projectId', ${alias}.project_id,
    'organizationId', (SELECT organization_id FROM project WHERE id = ${alias}.project_id))::text)::text`;
}
