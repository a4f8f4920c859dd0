import type { Database } from '../database.js';
import { Prisma } from '../generated/client.js';

/** For how many of a project's newest builds it is kept what their contexts held. */
const contextsKept = 100;
/** Why steps ran longer ago nobody asks for. */
const verdictDaysKept = 100;
/** Builds whose other targets one statement reads: each of their attempts may have recorded some MiB. */
const buildsAtOnce = 10;
/** Contexts that one statement deletes: each may have 16 MiB, which are thousands of rows of the store for large values. */
const contextsAtOnce = 10;
const verdictsAtOnce = 5_000;

/** A project whose rows could not be forgotten; the others have their turn. */
type OnFailure = (error: unknown, projectId: string) => void;

interface KnownContexts {
  readonly digests: Set<string>;
  /** The newest build that was looked at. */
  readonly newest: number;
}

/**
 * Forgets what nobody asks for any more: project by project, and in statements whose work does not grow with what was built. One
 * statement for all of it takes longer than any may, once somebody has built enough.
 */
export class TidyRepository {
  constructor(private readonly db: Database) {}

  /** Forgets what the contexts of old builds held. A context that a build notes meanwhile may go too: nothing depends on it. */
  forgetContexts(onFailure: OnFailure = rethrow, signal?: AbortSignal): Promise<void> {
    return this.eachProject('context_manifest', onFailure, signal, (projectId) =>
      this.forgetContextsOf(projectId, signal),
    );
  }

  /** Forgets why the steps of old builds ran. */
  forgetStepVerdicts(onFailure: OnFailure = rethrow, signal?: AbortSignal): Promise<void> {
    return this.eachProject('step_verdict', onFailure, signal, async (projectId) => {
      while ((await this.deleteVerdicts(projectId)) === verdictsAtOnce && !signal?.aborted);
    });
  }

  /**
   * @param signal ends it before the next project; what is left has its turn in another run
   * @throws what the search for the next project throws
   */
  private async eachProject(
    table: 'context_manifest' | 'step_verdict',
    onFailure: OnFailure,
    signal: AbortSignal | undefined,
    work: (projectId: string) => Promise<void>,
  ): Promise<void> {
    let after = '00000000-0000-0000-0000-000000000000';
    while (!signal?.aborted) {
      // One look into the index for each project, however many rows the project has.
      const [next] = await this.db.prisma.$queryRaw<{ id: string }[]>`
        SELECT project_id::text AS id FROM ${Prisma.raw(table)} WHERE project_id > ${after}::uuid ORDER BY project_id LIMIT 1`;
      if (!next) return;
      after = next.id;
      try {
        await work(next.id);
      } catch (error) {
        onFailure(error, next.id);
      }
    }
  }

  private async forgetContextsOf(projectId: string, signal?: AbortSignal): Promise<void> {
    const { digests, newest } = await this.contextsOf(projectId);
    for (let top = newest; top > newest - contextsKept && digests.size > 0; top -= buildsAtOnce) {
      const above = Math.max(top - buildsAtOnce, newest - contextsKept);
      for (const digest of await this.contextsOfTargets(projectId, above, top)) digests.delete(digest);
    }
    const old = [...digests];
    for (let at = 0; at < old.length && !signal?.aborted; at += contextsAtOnce) {
      const batch = old.slice(at, at + contextsAtOnce);
      await this.db.prisma.$executeRaw`
        DELETE FROM context_manifest m WHERE m.project_id = ${projectId}::uuid AND m.digest = ANY (${batch})
          AND NOT EXISTS (
            SELECT FROM build b JOIN attempt a ON a.build_id = b.id
            WHERE b.project_id = m.project_id AND b.number > ${newest - contextsKept} AND a.context_digest = m.digest)`;
    }
  }

  /** Contexts of a project that none of its newest builds has as its own. */
  private async contextsOf(projectId: string): Promise<KnownContexts> {
    const [project] = await this.db.prisma.$queryRaw<{ newest: number }[]>`
      SELECT last_build_number AS newest FROM project WHERE id = ${projectId}::uuid`;
    const newest = project?.newest ?? 0;
    const rows = await this.db.prisma.$queryRaw<{ digest: string }[]>`
      SELECT digest FROM context_manifest WHERE project_id = ${projectId}::uuid
      EXCEPT SELECT a.context_digest FROM build b JOIN attempt a ON a.build_id = b.id
      WHERE b.project_id = ${projectId}::uuid AND b.number > ${newest - contextsKept}`;
    return { digests: new Set(rows.map(({ digest }) => digest)), newest };
  }

  private async contextsOfTargets(projectId: string, above: number, upTo: number): Promise<string[]> {
    const rows = await this.db.prisma.$queryRaw<{ digest: string }[]>`
      SELECT DISTINCT t->>'contextDigest' AS digest
      FROM build b JOIN attempt a ON a.build_id = b.id, jsonb_array_elements(
        CASE jsonb_typeof(a.target_records->'targets') WHEN 'array' THEN a.target_records->'targets' ELSE '[]' END) t
      WHERE b.project_id = ${projectId}::uuid AND b.number > ${above} AND b.number <= ${upTo}`;
    return rows.map(({ digest }) => digest);
  }

  private deleteVerdicts(projectId: string): Promise<number> {
    return this.db.prisma.$executeRaw`
      DELETE FROM step_verdict WHERE ctid = ANY (ARRAY(
        SELECT ctid FROM step_verdict
        WHERE project_id = ${projectId}::uuid AND at < now() - ${verdictDaysKept} * interval '1 day' LIMIT ${verdictsAtOnce}))`;
  }
}

function rethrow(error: unknown): void {
  throw error;
}
