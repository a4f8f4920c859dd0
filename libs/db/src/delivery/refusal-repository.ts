import type { Database } from '../database.js';
import { Prisma } from '../generated/client.js';
import { newId } from '../new-id.js';
import { deliveryAnnouncement } from './delivery-announcement.js';

export interface RefusalRecord {
  readonly id: string;
  readonly projectId: string;
  readonly projectSlug: string;
  readonly organizationSlug: string;
  readonly code: string;
  readonly forge: string | null;
  readonly address: string;
  readonly secretsTried: readonly { readonly prefix: string; readonly createdAt: string }[];
  readonly receivedAt: Date;
}

/** How many refusals of a project are kept: a stranger can make any number of them. */
export const keptRefusals = 100;

/** Webhook calls without a valid proof. */
export class RefusalRepository {
  constructor(private readonly db: Database) {}

  /**
   * Adds a refusal, with the secrets that are valid now, and drops the oldest beyond the bound. Does nothing for an
   * unknown project.
   */
  async add(projectId: string, refusal: { code: string; forge: string | null; address: string }): Promise<void> {
    const { code, forge, address } = refusal;
    await this.db.prisma.$executeRaw`
      WITH kept AS (
        SELECT id FROM hook_refusal WHERE project_id = ${projectId}::uuid ORDER BY id DESC LIMIT ${keptRefusals - 1}
      ), dropped AS (
        DELETE FROM hook_refusal WHERE project_id = ${projectId}::uuid AND id NOT IN (SELECT id FROM kept)
      ), added AS (
        INSERT INTO hook_refusal (id, project_id, code, forge, address, secrets_tried)
        SELECT ${newId()}::uuid, p.id, ${code}, ${forge}, ${address}, (
          SELECT coalesce(jsonb_agg(jsonb_build_object('prefix', s.prefix, 'createdAt',
            to_char(s.created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')) ORDER BY s.id DESC), '[]'::jsonb)
          FROM hook_secret s WHERE s.project_id = p.id)
        FROM project p WHERE p.id = ${projectId}::uuid RETURNING project_id
      ) SELECT ${Prisma.raw(deliveryAnnouncement('added'))} FROM added`;
  }

  /** The newest of the organizations' projects, or of one of them. */
  async list(organizationIds: readonly string[], projectId?: string): Promise<RefusalRecord[]> {
    return this.db.prisma.$queryRaw<RefusalRecord[]>`
      SELECT r.id::text, p.id::text AS "projectId", p.slug AS "projectSlug", o.slug AS "organizationSlug", r.code, r.forge,
        r.address, r.secrets_tried AS "secretsTried", r.received_at AS "receivedAt"
      FROM project p JOIN organization o ON o.id = p.organization_id CROSS JOIN LATERAL (
        SELECT * FROM hook_refusal WHERE project_id = p.id ORDER BY id DESC LIMIT ${keptRefusals}) r
      WHERE p.organization_id = ANY(${[...organizationIds]}) AND p.deleted_at IS NULL
        ${projectId === undefined ? Prisma.empty : Prisma.sql`AND p.id = ${projectId}::uuid`}
      ORDER BY r.id DESC LIMIT ${keptRefusals}`;
  }
}
