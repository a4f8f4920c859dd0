import { effectiveRetention, type RetentionPolicy } from '@cooperage/domain';
import type { Database } from '../database.js';
import { channels } from '../listen/channels.js';
import { newId } from '../new-id.js';
import { selectionsOf } from './retention-repository.js';
import type { Selection } from './retention-selection.js';

/** Rows of one statement. */
const atOnce = 500;
/** Statements of one kind, organization and run: what is left is selected by the next run. */
const mostRounds = 20;
/** Finished deletions stay in the list for so many days. */
const historyDays = 90;

interface SelectedRow {
  id: string;
  projectId: string;
  label: string;
  bytes: bigint;
}

/** The regular part of the retention engine: selects by age, wakes the deletion of what is due, and forgets old history. */
export class RetentionSchedule {
  constructor(private readonly db: Database) {}

  /** Schedules what the policy of each organization selects. @returns how many rows were scheduled */
  async scheduleOlder(defaults: RetentionPolicy): Promise<number> {
    const organizations = await this.db.prisma.organization.findMany({
      select: { id: true, retentionPolicy: { omit: { organizationId: true, updatedAt: true } } },
    });
    let scheduled = 0;
    for (const { id, retentionPolicy } of organizations) {
      const { policy } = effectiveRetention(defaults, retentionPolicy);
      for (const selection of selectionsOf(id, policy, atOnce)) scheduled += await this.schedule(selection, policy);
    }
    return scheduled;
  }

  /** Enqueues the deletion for each project that has something due and none under way. */
  async enqueueDue(): Promise<void> {
    await this.db.prisma.$executeRaw`
      WITH due AS (
        SELECT DISTINCT c.project_id AS id FROM retention_candidate c
        WHERE c.state IN ('scheduled', 'deleting') AND c.delete_after <= now()
          AND NOT EXISTS (SELECT 1 FROM outbox o WHERE o.topic = 'retention' AND o.group_id = c.project_id)
      ), added AS (
        INSERT INTO outbox (topic, subject_id, group_id) SELECT 'retention', id, id FROM due RETURNING topic
      ) SELECT pg_notify(${channels.outbox}, topic)::text FROM added`;
  }

  async deleteHistory(): Promise<void> {
    await this.db.prisma.$executeRaw`
      DELETE FROM retention_candidate WHERE ctid = ANY (ARRAY(
        SELECT ctid FROM retention_candidate
        WHERE state = 'deleted' AND finished_at < now() - ${historyDays} * interval '1 day' LIMIT 5000))`;
  }

  private async schedule({ kind, rows }: Selection, policy: RetentionPolicy): Promise<number> {
    let scheduled = 0;
    for (let round = 0; round < mostRounds; round++) {
      const selected = await this.db.prisma.$queryRaw<SelectedRow[]>`
        WITH selected AS (${rows}) SELECT id::text, project_id::text AS "projectId", label, bytes FROM selected`;
      if (selected.length === 0) break;
      const deleteAfter = new Date(Date.now() + policy.graceDays * 86_400_000);
      const { count } = await this.db.prisma.retentionCandidate.createMany({
        data: selected.map(({ id: subject, ...row }) => ({
          ...{ ...row, id: newId(), kind, subject, reason: 'age', deleteAfter },
        })),
        skipDuplicates: true,
      });
      scheduled += count;
      if (selected.length < atOnce) break;
    }
    return scheduled;
  }
}
