import { Prisma } from '../generated/client.js';

/**
 * Conditions under which the retention engine may delete a row. The selection uses them, and the deletion uses them again:
 * what was given a reference in between stays. What is referenced is never collected: the target of a tag, the build of an
 * image that is stored, the last successful build of a ref and rule, and everything that has not ended.
 */

/** Over `build b`: nothing refers to this build. */
export const collectableBuild = Prisma.sql`(
  b.finished_at IS NOT NULL AND b.cache_export <> 'pending'
  AND NOT EXISTS (SELECT 1 FROM image i WHERE i.project_id = b.project_id AND i.digest = b.digest)
  AND NOT EXISTS (SELECT 1 FROM image_tag t WHERE t.project_id = b.project_id AND t.build_id = b.id)
  AND NOT (b.status = 'succeeded' AND ${isLastSuccessful()}))`;

/** Over `build b`: its log may go. The log of the last successful build of a ref and rule stays. */
export const collectableLog = Prisma.sql`(
  b.finished_at IS NOT NULL AND NOT (b.status = 'succeeded' AND ${isLastSuccessful()})
  AND EXISTS (SELECT 1 FROM attempt a WHERE a.build_id = b.id AND a.log_complete AND a.log_next_n > 0)
  AND NOT EXISTS (SELECT 1 FROM attempt a WHERE a.build_id = b.id AND NOT a.log_complete))`;

/** Over `delivery d`: it has been evaluated, and the project has a newer one. */
export const collectableDelivery = Prisma.sql`(
  d.status NOT IN ('received', 'evaluating')
  AND NOT EXISTS (SELECT 1 FROM outbox o WHERE o.topic IN ('evaluate', 'forget-ref') AND o.subject_id = d.id)
  AND EXISTS (SELECT 1 FROM delivery n WHERE n.project_id = d.project_id AND n.id > d.id))`;

function isLastSuccessful(): Prisma.Sql {
  return Prisma.sql`NOT EXISTS (
    SELECT 1 FROM build n WHERE n.project_id = b.project_id AND n.rule_id IS NOT DISTINCT FROM b.rule_id
      AND n.ref = b.ref AND n.id > b.id AND n.status = 'succeeded')`;
}
