import { Prisma } from '../src/generated/client.js';
import type { Database } from '../src/index.js';

/** Of five builds two are green, every second of them verified, and one each failed, timed out or was canceled. */
const status = Prisma.sql`(ARRAY['succeeded','succeeded','failed','timed_out','canceled'])[1 + n % 5]`;

/**
 * `count` ended builds of a project, one a minute until now, with ids in the order of their time, as a busy year leaves
 * them. By one statement: the road that builds take would need minutes.
 */
export async function manyBuilds(db: Database, projectId: string, count: number, ruleId: string): Promise<void> {
  await db.prisma.$executeRaw`
    INSERT INTO build (id, organization_id, project_id, number, sequence, rule_id, rule_name, trigger, remote_url, ref, commit, commit_subject,
      commit_author, commit_time, zone, moves_tags, tags, context_path, dockerfile_path, platform, build_args, limits, status,
      failure, fingerprint, digest, queued_at, started_at, finished_at)
    SELECT (lpad(to_hex(ms), 12, '0') || '7000' || '8000' || lpad(to_hex(n), 12, '0'))::uuid, p.organization_id, p.id, n, n,
      ${ruleId}::uuid, 'branches', 'push', p.remote_url, 'refs/heads/' || (ARRAY['main','main','topic'])[1 + n % 3], md5(n::text) || '00000000',
      'Change ' || n, (ARRAY['Ada','Bob'])[1 + n % 2], ms / 1000, 'protected', true, '{}', '.', 'Dockerfile', 'linux/amd64', '{}', '{}',
      status, CASE WHEN status = 'failed' THEN '{"code":"StepFailed","message":"x","place":{"step":"RUN npm ci"}}'::jsonb END,
      CASE WHEN status = 'failed' THEN (ARRAY['aaaaaaaaaaaaaaaa','bbbbbbbbbbbbbbbb'])[1 + n / 1000 % 2] END,
      CASE WHEN status = 'succeeded' THEN 'sha256:' || md5(n::text) || md5(n::text) END,
      at, at + interval '2 seconds', at + interval '2 seconds' + (30 + n % 10) * interval '1 second'
    FROM project p, generate_series(1, ${count}::int) AS n,
      LATERAL (SELECT (extract(epoch FROM now()) * 1000)::bigint - (${count}::bigint - n) * 60000 AS ms) AS t,
      LATERAL (SELECT to_timestamp(ms / 1000.0) AS at, ${status} AS status) AS s
    WHERE p.id = ${projectId}::uuid`;
  await db.prisma.$executeRaw`
    INSERT INTO image_verification (id, project_id, digest, build_id, ok, checks, at)
    SELECT id, project_id, digest, id, number % 2 = 0, '[]', finished_at FROM build
    WHERE project_id = ${projectId}::uuid AND digest IS NOT NULL`;
}
