import type { Digest } from '@cooperage/domain';
import type { Database } from '../database.js';
import { Prisma } from '../generated/client.js';
import { deleteInPortions } from '../retention/delete-in-portions.js';

/** A tagged image that is due to be verified again. */
export interface DueImage {
  readonly digest: Digest;
  /** The newest build of these bytes. */
  readonly buildId: string | null;
}

/** So many verifications of one image are kept. */
const keptVerifications = 20;
/** Verifications that one statement deletes. */
const verificationsAtOnce = 200;
const projectsAtOnce = 5;

/** Rounds in which control verifies images again, so that one that stops verifying is noticed without anybody looking. */
export class ReverificationRepository {
  constructor(private readonly db: Database) {}

  /** Promises a round for some projects whose last one began longer ago than this. */
  async promiseDue(afterMs: number): Promise<void> {
    await this.db.prisma.$executeRaw`
      INSERT INTO outbox (topic, subject_id, group_id)
      SELECT 'verify-images', p.id, p.id FROM project p LEFT JOIN reverification r ON r.project_id = p.id
      WHERE p.deleted_at IS NULL AND coalesce(r.started_at < now() - ${afterMs} * interval '1 millisecond', true)
        AND EXISTS (SELECT 1 FROM image_tag t WHERE t.project_id = p.id)
        AND NOT EXISTS (SELECT 1 FROM outbox o WHERE o.topic = 'verify-images' AND o.group_id = p.id)
      ORDER BY r.started_at NULLS FIRST LIMIT ${projectsAtOnce}`;
  }

  /**
   * @param anew begins a round; otherwise the one that is under way goes on
   * @returns when it began, by the database's clock, to the millisecond behind: keys that were read before were read earlier
   */
  async begin(projectId: string, anew: boolean): Promise<Date> {
    const [row] = await this.db.prisma.$queryRaw<{ startedAt: Date }[]>`
      INSERT INTO reverification AS r (project_id, started_at)
      VALUES (${projectId}::uuid, date_trunc('milliseconds', now()) + interval '1 millisecond')
      ON CONFLICT (project_id) DO UPDATE SET
        started_at = CASE WHEN ${anew} THEN excluded.started_at ELSE r.started_at END,
        finished_at = CASE WHEN ${anew} THEN NULL ELSE r.finished_at END
      RETURNING started_at AS "startedAt"`;
    return row!.startedAt;
  }

  /** Images that tags point to and that were not verified by keys that were read since then, the newest first. */
  async due(projectId: string, since: Date, most: number): Promise<DueImage[]> {
    return this.db.prisma.$queryRaw<DueImage[]>`
      SELECT i.digest, i.build_id::text AS "buildId" FROM image i
      WHERE i.project_id = ${projectId}::uuid
        AND EXISTS (SELECT 1 FROM image_tag t WHERE t.project_id = i.project_id AND t.digest = i.digest)
        AND NOT EXISTS (
          SELECT 1 FROM image_verification v WHERE v.project_id = i.project_id AND v.digest = i.digest AND v.at >= ${since})
      ORDER BY i.id DESC LIMIT ${most}`;
  }

  /**
   * Ends a round with what the newest verifications of each tagged image say. An image with a fault stays one while the registry
   * cannot be asked.
   */
  async finish(projectId: string): Promise<void> {
    await this.db.prisma.$executeRaw`
      UPDATE reverification SET finished_at = now(), images = found.images, failing = found.failing, unknown = found.unknown
      FROM (
        SELECT count(*)::int AS images,
          count(*) FILTER (WHERE NOT known.ok)::int AS failing,
          count(*) FILTER (WHERE v.verdict = 'impossible' AND known.ok IS NOT FALSE)::int AS unknown
        FROM (SELECT DISTINCT digest FROM image_tag WHERE project_id = ${projectId}::uuid) t
        CROSS JOIN LATERAL (
          SELECT verdict FROM image_verification v
          WHERE v.project_id = ${projectId}::uuid AND v.digest = t.digest ORDER BY v.id DESC LIMIT 1
        ) v
        LEFT JOIN LATERAL (
          SELECT ok FROM image_verification v WHERE v.project_id = ${projectId}::uuid AND v.digest = t.digest
            AND v.verdict IS DISTINCT FROM 'impossible' ORDER BY v.id DESC LIMIT 1
        ) known ON true
      ) found
      WHERE project_id = ${projectId}::uuid`;
  }

  /** Old verifications of an image go; what pages show is the newest. Each build of the same bytes leaves one, so they go in portions. */
  async prune(projectId: string, digest: string): Promise<void> {
    const oldest = await this.db.prisma.imageVerification.findFirst({
      ...{ where: { projectId, digest }, select: { id: true }, orderBy: { id: 'desc' }, skip: keptVerifications - 1 },
    });
    if (oldest === null) return;
    const older = Prisma.sql`project_id = ${projectId}::uuid AND digest = ${digest} AND id < ${oldest.id}::uuid`;
    await deleteInPortions(this.db, 'image_verification', older, verificationsAtOnce);
  }
}
