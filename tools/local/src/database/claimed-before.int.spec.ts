import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import pg from 'pg';
import { expect, it } from 'vitest';
import { CHECKOUT } from '../checkout.ts';
import { migrationsThat } from '../test-services/migrations-that.ts';
import { specServices } from '../test-services/spec-instance.ts';
import { deploy } from './deploy.ts';
import { schemaFolders } from './schema-files.ts';
import { withShadowDatabase } from './shadow-database.ts';

/** The first one after which an attempt says by which key it was claimed. */
const MIGRATION = '20261203000000_builder_of_attempt';

/** What a builder has claimed, what it built an hour and two days ago, and what it gave back. */
const rows = `
  INSERT INTO organization (id, name, slug, "createdAt") VALUES ('o', 'o', 'o', now());
  INSERT INTO project (id, organization_id, slug, name, remote_url, limits, updated_at)
    VALUES (gen_random_uuid(), 'o', 'p', 'p', 'https://git.example/x.git', '{}', now());
  INSERT INTO process_instance (id, role, name, info, key_hash)
    VALUES (gen_random_uuid(), 'builder', 'b', '{"slots":1,"platforms":[]}', sha256('key'));
  INSERT INTO build (id, organization_id, project_id, number, status, sequence, trigger, remote_url, ref, commit, commit_subject, commit_author,
      commit_time, zone, moves_tags, context_path, dockerfile_path, platform, build_args, limits)
    SELECT gen_random_uuid(), 'o', p.id, n, 'running', n, 'push', 'https://git.example/x.git', 'refs/heads/main', repeat('a', 40), 's', 'a',
      0, 'branch', true, '', 'Dockerfile', 'linux/amd64', '{}', '{}' FROM project p, generate_series(1, 4) n;
  INSERT INTO attempt (id, build_id, number, state, instance_id, worker_name, ended_at)
    SELECT gen_random_uuid(), b.id, 1, (ARRAY['claimed', 'built', 'built', 'failed'])[b.number], i.id, 'b',
      now() - (ARRAY[null, interval '1 hour', interval '2 days', interval '1 minute'])[b.number]
    FROM build b, process_instance i;`;

it('R21F-5 an upgrade leaves to builders what they hold, and what they have built in the last day', async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'cooperage-claimed-'));
  try {
    const older = migrationsThat(folder, (each) => each < MIGRATION);
    await withShadowDatabase(specServices().databaseUrl, async (url) => {
      await deploy(url, older);
      const client = new pg.Client({ connectionString: url });
      await client.connect();
      try {
        await client.query(rows);
        await deploy(url, schemaFolders(CHECKOUT));
        const told = `SELECT b.number, a.key_hash = sha256('key') AS known FROM attempt a JOIN build b ON b.id = a.build_id ORDER BY 1`;
        const { rows: attempts } = await client.query<{ number: number; known: boolean | null }>(told);
        expect(attempts.map(({ known }) => known)).toEqual([true, true, null, null]);
      } finally {
        await client.end();
      }
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
