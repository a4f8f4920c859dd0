import type { Database } from '../database.js';
import { isStatementTimeout } from '../database-errors.js';
import { Prisma } from '../generated/client.js';
import { promise } from '../outbox/outbox-repository.js';
import { isTooManyToWeigh, mostWeighed, weightOf } from './cache-weight.js';

/** A project whose references have, each counted for itself, more than their budget. */
interface Suspect {
  readonly id: string;
  readonly budget: number;
  readonly sum: number;
}

interface Answer {
  /** Sum and budget for which it counts; null for any. */
  readonly said: string | null;
  readonly until: number;
}

/** An answer counts for so long, where nothing has changed. */
const answerMs = 3_600_000;
/** The same where weighing failed: for so long it would fail again, and take as much of a run each time. */
const failureMs = 600_000;
/** For so long projects are weighed in one run; the others have their turn in the next. */
const runMs = 60_000;

/**
 * Promises a look at each project whose caches weigh more than they may. Each is weighed apart, since that reads each of its blobs: one
 * that takes too long says nothing of the others.
 */
export class CacheBudgets {
  /** Of projects that needed no promise, or whose caches could not be weighed. */
  private readonly answers = new Map<string, Answer>();
  /** The last project that was looked at. */
  private after = '';

  constructor(
    private readonly db: Database,
    private readonly now: () => number = () => performance.now(),
    private readonly most = mostWeighed,
  ) {}

  /** @param onFailure of a project that could not be weighed in time, and is weighed again ten minutes later; the others have their turn */
  async promise(onFailure: (error: unknown, projectId: string) => void = rethrow): Promise<void> {
    const beganAt = this.now();
    for (const [id, { until }] of this.answers) if (until <= beganAt) this.answers.delete(id);
    const suspects = (await this.suspects()).filter((suspect) => !this.isAnswered(suspect));
    const next = Math.max(
      0,
      suspects.findIndex(({ id }) => id > this.after),
    );
    for (const suspect of [...suspects.slice(next), ...suspects.slice(0, next)]) {
      if (this.now() - beganAt > runMs) return;
      this.after = suspect.id;
      try {
        if (await this.isHeavy(suspect)) await promise(this.db.prisma, 'evict-cache', suspect.id, suspect.id);
      } catch (error) {
        if (!isStatementTimeout(error)) throw error;
        this.answers.set(suspect.id, { said: null, until: this.now() + failureMs });
        onFailure(error, suspect.id);
      }
    }
  }

  private isAnswered(suspect: Suspect): boolean {
    const answer = this.answers.get(suspect.id);
    return answer !== undefined && (answer.said === null || answer.said === saying(suspect));
  }

  /** What is counted for each reference is quickly summed up, and no less than they weigh together. */
  private suspects(): Promise<Suspect[]> {
    return this.db.prisma.$queryRaw<Suspect[]>`
      SELECT p.id::text, may.bytes::float8 AS budget, held.bytes::float8 AS sum
      FROM project p JOIN organization o ON o.id = p.organization_id,
        LATERAL (SELECT coalesce(p.cache_budget_bytes, o.cache_budget_bytes) AS bytes) may,
        LATERAL (SELECT sum(e.bytes) AS bytes FROM cache_entry e WHERE may.bytes IS NOT NULL AND e.project_id = p.id) held
      WHERE p.deleted_at IS NULL AND may.bytes < held.bytes
        AND NOT EXISTS (SELECT 1 FROM outbox o WHERE o.topic = 'evict-cache' AND o.group_id = p.id)
      ORDER BY p.id`;
  }

  private async isHeavy(suspect: Suspect): Promise<boolean> {
    const until = this.now() + answerMs;
    try {
      const [row] = await this.db.prisma.$queryRaw<[{ bytes: number }]>`
        SELECT ${weightOf(Prisma.sql`${suspect.id}::uuid`)} AS bytes`;
      const isHeavy = row.bytes > suspect.budget;
      if (!isHeavy) this.answers.set(suspect.id, { said: saying(suspect), until });
      return isHeavy;
    } catch (error) {
      if (!(await isTooManyToWeigh(this.db, suspect.id, error, this.most))) throw error;
      // What nobody can weigh is too much: the project's own work deletes some of it. Once in a while is enough.
      this.answers.set(suspect.id, { said: null, until });
      return true;
    }
  }
}

function rethrow(error: unknown): void {
  throw error;
}

const saying = ({ budget, sum }: Suspect) => `${sum} of ${budget}`;
