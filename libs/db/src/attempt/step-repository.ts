import type { Database } from '../database.js';
import { channels } from '../listen/channels.js';
import { storedJson } from '../stored-text.js';
import type { StepRecord } from './attempt-record.js';

/** Steps of an attempt: written again whenever their state changes, while its builder holds it; each time pages are told. */
export class StepRepository {
  constructor(private readonly db: Database) {}

  async save(attemptId: string, steps: readonly StepRecord[]): Promise<void> {
    if (steps.length === 0) return;
    const rows = storedJson(steps);
    await this.db.prisma.$executeRaw`
      WITH saved AS (
        INSERT INTO step (attempt_id, ordinal, vertex_id, name, stage, target, platform, internal, cached, started_at, completed_at,
          error, progress_group)
        SELECT a.id, s.ordinal, s."vertexId", s.name, s.stage, s.target, s.platform, s.internal, s.cached, s."startedAt",
          s."completedAt", s.error, s."progressGroup"
        FROM jsonb_to_recordset(${rows}::jsonb) AS s(ordinal int, "vertexId" text, name text, stage text, target text, platform text,
          internal boolean, cached boolean, "startedAt" timestamptz, "completedAt" timestamptz, error text, "progressGroup" text)
        JOIN attempt a ON a.id = ${attemptId}::uuid AND a.state = 'claimed'
        ON CONFLICT (attempt_id, ordinal) DO UPDATE SET name = excluded.name, cached = excluded.cached,
          started_at = excluded.started_at, completed_at = excluded.completed_at, error = excluded.error,
          progress_group = excluded.progress_group
        RETURNING attempt_id
      )
      SELECT pg_notify(${channels.steps}, json_build_object('buildId', b.id, 'projectId', b.project_id,
        'attempt', a.number)::text)::text
      FROM attempt a JOIN build b ON b.id = a.build_id
      WHERE a.id = ${attemptId}::uuid AND EXISTS (SELECT FROM saved)`;
  }

  /** Which lines of the Dockerfile each step comes from; known after success, or of the failing step. */
  async saveLines(
    attemptId: string,
    lines: readonly { vertexId: string; startLine: number; endLine: number }[],
  ): Promise<void> {
    if (lines.length === 0) return;
    await this.db.prisma.$executeRaw`
      UPDATE step SET start_line = l."startLine", end_line = l."endLine"
      FROM jsonb_to_recordset(${storedJson(lines)}::jsonb) AS l("vertexId" text, "startLine" int, "endLine" int),
        attempt a
      WHERE a.id = ${attemptId}::uuid AND a.state = 'claimed' AND step.attempt_id = a.id AND step.vertex_id = l."vertexId"`;
  }
}
