import { randomUUID } from 'node:crypto';
import { query } from '@cooperage/testing';

/** A build that runs, and prints what the benchmark puts on the bus in its name: a copy of one that has ended. */
export async function aRunningBuild(databaseUrl: string, likeBuildId: string) {
  const [buildId, attemptId] = [randomUUID(), randomUUID()];
  await query(
    databaseUrl,
    `INSERT INTO build
     SELECT (jsonb_populate_record(b, jsonb_build_object('id', $2::text, 'number', 100000 + (random() * 1000000)::int,
       'attempt_number', 1, 'status', 'running', 'finished_at', null))).*
     FROM build b WHERE b.id = $1`,
    [likeBuildId, buildId],
  );
  await query(
    databaseUrl,
    `INSERT INTO attempt (id, build_id, number, state, worker_name, claimed_at) VALUES ($1, $2, 1, 'claimed', 'bench', now())`,
    [attemptId, buildId],
  );
  return { buildId, attemptId };
}
