import { effectiveRetention, type RetentionPolicy } from '@cooperage/domain';
import type { Database } from '../database.js';
import { channels } from '../listen/channels.js';
import { newId } from '../new-id.js';
import { agesOf, type Selection, selectOlder, windowEnd } from './retention-selection.js';

/** Rows that one statement looks at. Most old builds have an image and stay, so a run must not look at all of them. */
const windowRows = 2_000;
/** Windows of one kind, organization and run: the next run goes on behind them. */
const mostWindows = 20;
/** Finished deletions stay in the list for so many days after they were due. */
const historyDays = 90;
/** Rows of history that one statement deletes: it is done at once, and holds nobody up. */
const historyAtOnce = 1_000;

interface SelectedRow {
  id: string;
  projectId: string;
  label: string;
  bytes: bigint;
}

/** The regular part of the retention engine: selects by age, wakes the deletion of what is due, and forgets old history. */
export class RetentionSchedule {
  /** Where the last run of an organization and kind ended; nothing at the beginning of the table. */
  private readonly cursors = new Map<string, string>();

  /** @param size rows of one window */
  constructor(
    private readonly db: Database,
    private readonly size = windowRows,
  ) {}

  /**
   * Schedules what the policy of each organization selects, a bounded part of each table in a run.
   * @param onError an organization whose selection failed: the others go on
   * @returns how many rows were scheduled
   */
  async scheduleOlder(
    defaults: RetentionPolicy,
    onError: (error: unknown, organizationId: string) => void = rethrow,
  ): Promise<number> {
    const organizations = await this.db.prisma.organization.findMany({
      select: { id: true, retentionPolicy: { omit: { organizationId: true, updatedAt: true } } },
    });
    let scheduled = 0;
    for (const { id, retentionPolicy } of organizations) {
      const { policy } = effectiveRetention(defaults, retentionPolicy);
      for (const [kind, days] of agesOf(policy))
        try {
          scheduled += await this.scheduleKind(kind, id, days, policy);
        } catch (error) {
          onError(error, id);
        }
    }
    return scheduled;
  }

  private async scheduleKind(
    kind: Selection['kind'],
    organizationId: string,
    days: number,
    policy: RetentionPolicy,
  ): Promise<number> {
    const key = `${organizationId} ${kind}`;
    let scheduled = 0;
    for (let window = 0; window < mostWindows; window++) {
      const after = this.cursors.get(key) ?? null;
      const ends = await this.db.prisma.$queryRaw<{ id: string }[]>(windowEnd(kind, organizationId, after, this.size));
      const upTo = ends[0]?.id ?? null;
      const selection = selectOlder(kind, organizationId, days, this.size, { after, upTo });
      scheduled += await this.schedule(selection, policy);
      if (upTo === null) {
        this.cursors.delete(key);
        break;
      }
      this.cursors.set(key, upTo);
    }
    return scheduled;
  }

  /** Enqueues the deletion for each project that has something due and none under way. */
  async enqueueDue(): Promise<void> {
    await this.db.prisma.$executeRaw`
      WITH due AS (
        SELECT d.id FROM (
          SELECT c.project_id AS id FROM retention_candidate c
          WHERE c.state IN ('scheduled', 'deleting') AND c.delete_after <= now()
          UNION SELECT s.project_id FROM staged_image s WHERE s.state = 'deleted' AND s.look_at <= now()
          UNION SELECT m.project_id FROM mounted_image m WHERE m.look_at <= now()) d
        WHERE NOT EXISTS (SELECT 1 FROM outbox o WHERE o.topic = 'retention' AND o.group_id = d.id)
      ), added AS (
        INSERT INTO outbox (topic, subject_id, group_id) SELECT 'retention', id, id FROM due RETURNING topic
      ) SELECT pg_notify(${channels.outbox}, topic)::text FROM added`;
  }

  /**
   * Forgets a bounded part of the finished deletions that are old, the oldest first.
   * @returns whether more may be left
   */
  async deleteHistory(): Promise<boolean> {
    // In the order of an index, so that it reads what it deletes and no more.
    const deleted = await this.db.prisma.$executeRaw`
      DELETE FROM retention_candidate WHERE ctid = ANY (ARRAY(
        SELECT ctid FROM retention_candidate
        WHERE state = 'deleted' AND delete_after < now() - ${historyDays} * interval '1 day'
        ORDER BY delete_after LIMIT ${historyAtOnce}))`;
    return deleted === historyAtOnce;
  }

  private async schedule({ kind, rows }: Selection, policy: RetentionPolicy): Promise<number> {
    const selected = await this.db.prisma.$queryRaw<SelectedRow[]>`
      WITH selected AS (${rows}) SELECT id::text, project_id::text AS "projectId", label, bytes FROM selected`;
    if (selected.length === 0) return 0;
    const deleteAfter = new Date(Date.now() + policy.graceDays * 86_400_000);
    const { count } = await this.db.prisma.retentionCandidate.createMany({
      data: selected.map(({ id: subject, ...row }) => ({
        ...{ ...row, id: newId(), kind, subject, reason: 'age', deleteAfter },
      })),
      skipDuplicates: true,
    });
    return count;
  }
}

function rethrow(error: unknown): void {
  throw error;
}
