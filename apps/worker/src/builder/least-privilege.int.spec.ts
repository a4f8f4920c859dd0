import {
  AttemptRepository,
  BuildProjectRepository,
  Database,
  OverviewRepository,
  ProcessRepository,
  RegistryTokenRepository,
  SweptResets,
} from '@cooperage/db';
import { hashOfRef } from '@cooperage/domain';
import { asDatabaseRole } from '@cooperage/testing';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { BuildBench } from '../../spec/build-bench.js';

const facts = {
  ...{ digest: `sha256:${'1'.repeat(64)}`, mediaType: 'm', sizeBytes: 7, baseImages: [] },
  ...{ stepsTotal: 1, stepsCached: 0, warnings: [] },
};
const refused = /permission denied|row-level security|a builder may not/;

/** Somebody with all that one builder has: its role's address and a key, and so the right to call itself a builder. */
describe('R-M9 a builder that was taken over', () => {
  let bench: BuildBench;
  let intruder: Database;
  let attemptId: string;
  let buildId: string;
  const ask = (sql: string, db = intruder) => db.prisma.$queryRawUnsafe<Record<string, unknown>[]>(sql);
  const change = (sql: string, db = intruder) => db.prisma.$executeRawUnsafe(sql);
  const owner = () => bench.world.db;

  beforeAll(async () => {
    bench = await BuildBench.open();
    const connect = (instanceKey: string) =>
      new Database({
        ...{ url: asDatabaseRole(bench.world.url, 'builder'), poolSize: 4, applicationName: 'builder', instanceKey },
      });
    bench.builderDb = connect('the key of the builder');
    intruder = connect('another key');
  });
  afterAll(async () => {
    await Promise.all([bench.builderDb.close(), intruder.close()]);
    await bench.world.close();
  });
  beforeEach(async () => {
    await bench.begin();
    await bench.secret('TOKEN', 'canary');
    await change(`UPDATE project SET git_credentials = '\\x01'`, owner());
    await change(
      `INSERT INTO registry_credential (id, project_id, host, username, sealed, updated_at)
       SELECT gen_random_uuid(), id, 'r.example', 'u', '\\x01', now() FROM project`,
      owner(),
    );
    ({ attemptId, buildId } = await bench.dispatch());
    // Called as the builder that has the attempt, and only a moment later.
    await new ProcessRepository(intruder).start('builder', 'b', { slots: 0 });
  });
  afterEach(() => bench.end());

  const claim = () => bench.attempts.claim(attemptId, bench.instanceId, 'b', 60_000);
  const secretsSeenBy = async (db: Database) => [
    ...(await ask('SELECT sealed FROM project_secret', db)),
    ...(await ask('SELECT sealed FROM registry_credential', db)),
    ...(await ask(
      'SELECT credentials FROM (SELECT git_credentials_of(id) AS credentials FROM project) p WHERE credentials IS NOT NULL',
      db,
    )),
    ...(await ask(
      `SELECT token FROM (SELECT registry_token_of('${attemptId}') AS token) t WHERE token IS NOT NULL`,
      db,
    )),
  ];

  it('reads secrets, credentials and tokens of no attempt but its own [A3 builder taken over]', async () => {
    expect(await secretsSeenBy(bench.builderDb)).toEqual([]);
    await claim();
    expect(await secretsSeenBy(bench.builderDb)).toHaveLength(4);
    expect(await secretsSeenBy(intruder)).toEqual([]);
    await expect(ask('SELECT git_credentials FROM project')).rejects.toThrow(refused);
    await expect(ask('SELECT registry_token FROM attempt')).rejects.toThrow(refused);
    expect(await new BuildProjectRepository(intruder).secrets(bench.projectId)).toEqual([]);
    expect(await new RegistryTokenRepository(intruder).read(attemptId)).toBeNull();
  });

  it('is given no secret for strangers’ code, and is told that there is one', async () => {
    await change(`UPDATE build SET zone = 'fork'`, owner());
    await claim();
    expect(await new BuildProjectRepository(bench.builderDb).secrets(bench.projectId)).toEqual([]);
    expect(await new BuildProjectRepository(bench.builderDb).hasSecrets(bench.projectId)).toBe(true);
    // R21C-8
    expect(await new BuildProjectRepository(intruder).hasSecrets(bench.projectId)).toBe(false);
    expect(await new BuildProjectRepository(owner()).hasSecrets(bench.projectId)).toBe(true);
  });

  it('claims nothing that was given to another builder', async () => {
    const [{ id }] = (await ask('SELECT id::text FROM process_instance')) as [{ id: string }];
    expect(await new AttemptRepository(intruder).claim(attemptId, id, 'b', 60_000)).toBeNull();
    expect(await claim()).not.toBeNull();
  });

  it('changes no other’s build, attempt, step, log or event, and sees none [A3 builder taken over]', async () => {
    await claim();
    for (const table of ['build', 'attempt', 'step', 'log_chunk'])
      expect(await ask(`SELECT 1 FROM ${table}`)).toEqual([]);
    expect(await change(`UPDATE build SET digest = 'sha256:0', status = 'failed', stage = NULL`)).toBe(0);
    expect(await change(`UPDATE attempt SET state = 'built', lease_until = NULL`)).toBe(0);
    await expect(
      change(
        `INSERT INTO step (attempt_id, ordinal, vertex_id, name, internal, cached) VALUES ('${attemptId}', 1, 'v', 'n', false, false)`,
      ),
    ).rejects.toThrow(refused);
    await expect(
      change(
        `INSERT INTO build_event (build_id, version, event, from_status, to_status) VALUES ('${buildId}', 9, 'built', 'running', 'running')`,
      ),
    ).rejects.toThrow(refused);
  });

  it('promises no work of control', async () => {
    await claim();
    const promise = (topic: string, subject: string, db: Database) =>
      change(`INSERT INTO outbox (topic, subject_id, group_id) VALUES ('${topic}', '${subject}', '${subject}')`, db);
    await expect(promise('publish', buildId, intruder)).rejects.toThrow(refused);
    await expect(promise('delete-project', bench.projectId, intruder)).rejects.toThrow(refused);
    await expect(promise('delete-project', bench.projectId, bench.builderDb)).rejects.toThrow(refused);
    await expect(promise('evaluate', buildId, bench.builderDb)).rejects.toThrow(refused);
  });

  it('publishes in no project but that of its own build, and holds no work of others back', async () => {
    await claim();
    const other = await bench.world.project();
    const enqueue = (columns: string, values: string) =>
      change(
        `INSERT INTO outbox (topic, subject_id, ${columns}) VALUES ('publish', '${buildId}', ${values})`,
        bench.builderDb,
      );
    await expect(enqueue('group_id', `'${other}'`)).rejects.toThrow(refused);
    const forever = `'${bench.projectId}', 'infinity'`;
    await expect(enqueue('group_id, locked_until', forever)).rejects.toThrow(refused);
    for (const table of ['step', 'cache_entry', 'outbox'])
      await expect(
        change(`DO $$ BEGIN LOCK TABLE ${table} IN ACCESS EXCLUSIVE MODE; END $$`, bench.builderDb),
      ).rejects.toThrow(refused);
    expect(await enqueue('group_id', `'${bench.projectId}'`)).toBe(1);
  });

  it('says nothing of itself that would stop the dispatcher', async () => {
    const say = (set: string) => change(`UPDATE process_instance SET ${set}`, bench.builderDb);
    for (const info of ['{"slots":"x"}', '{"slots":9000000000}', '{"slots":65}', '{"slots":-1}', '{"lane":"mine"}'])
      await expect(say(`info = '${info}'`), info).rejects.toThrow(/a builder has|belongs to another pool/);
    await say(`heartbeat_at = 'infinity'`);
    expect(
      await ask(`SELECT 1 FROM process_instance WHERE heartbeat_at > now() + interval '2 minutes'`, owner()),
    ).toEqual([]);
    await say(`info = '{"slots":2,"lane":"trusted"}', heartbeat_at = now()`);
  });

  it('holds no lock that dispatching, taking work or an upgrade waits for, and ends no session of another builder', async () => {
    for (const hold of [
      'SELECT pg_advisory_lock(731001)',
      'SELECT pg_try_advisory_lock_shared(72707369)',
      'SELECT pg_advisory_xact_lock(1, 2)',
      'SELECT 1 FROM named_lock FOR UPDATE',
      'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = current_user',
    ])
      await expect(change(hold), hold).rejects.toThrow(refused);
    await bench.world.build(bench.projectId);
    expect(await bench.dispatchNext()).toBeDefined();
  });

  it('changes no cache of another zone than its build has', async () => {
    const entry = (zone: string, ref: string) =>
      `INSERT INTO cache_entry (project_id, zone, ref, platform, epoch, digest, bytes, blob_digests, blob_bytes, build_id, build_number)
       VALUES ('${bench.projectId}', '${zone}', '${ref}', 'linux/amd64', 0, 'sha256:1', 1, '{}', '{}', '${buildId}', 1)`;
    await change(entry('protected', 'refs/heads/main'), owner());
    await change(`UPDATE build SET zone = 'branch'`, owner());
    await bench.toExport((await claim())!);
    const own = (sql: string) => change(sql, bench.builderDb);
    await expect(own(entry('protected', 'refs/heads/other'))).rejects.toThrow(refused);
    // Nor does it hold the row, for which builders of another pool may wait (R17C-2), or say when it was used (R17C-9).
    expect(await own(`UPDATE cache_entry SET digest = 'sha256:2'`)).toBe(0);
    await expect(own('UPDATE cache_entry SET used_number = 2147483647')).rejects.toThrow(refused);
    expect(await ask('SELECT zone FROM cache_entry', bench.builderDb)).toEqual([{ zone: 'protected' }]);
    expect(await ask('SELECT zone FROM cache_entry FOR UPDATE', bench.builderDb)).toEqual([]);
    await expect(own(entry('branch', 'refs/heads/other'))).rejects.toThrow(refused);
    expect(await own(entry('branch', 'refs/heads/main'))).toBe(1);
    expect(await own(`UPDATE cache_entry SET bytes = 2 WHERE zone = 'branch'`)).toBe(1);
  });

  it('R17C-10 R21C-1 R21C-2 opens what an export needs to the builder that has built it, and neither to its name nor to the id of its process', async () => {
    const attempt = await claim();
    await bench.attempts.built(attempt!, bench.instanceId, { ...facts, exportCache: true });
    // The token of its registry has ended with the attempt.
    expect(await secretsSeenBy(bench.builderDb)).toHaveLength(3);
    await change(
      `UPDATE process_instance SET heartbeat_at = now() - interval '20 seconds' WHERE id = '${bench.instanceId}'`,
      owner(),
    );
    await change(`UPDATE attempt SET registry_token = '\\x01' WHERE id = '${attemptId}'`, owner());
    expect(await secretsSeenBy(bench.builderDb)).toHaveLength(4);
    const nothing = async () => {
      expect(await ask('SELECT state FROM builder_attempts()')).toEqual([]);
      expect(await secretsSeenBy(intruder)).toEqual([]);
      expect(await change(`UPDATE build SET cache_export = 'done'`)).toBe(0);
    };
    await nothing();
    await change(`DELETE FROM process_instance WHERE id = '${bench.instanceId}'`, owner());
    await change(
      `INSERT INTO process_instance (id, role, name, info, key_hash) VALUES ('${bench.instanceId}', 'builder', 'b', '{}', builder_key_hash())`,
    );
    await nothing();
  });

  it('R21C-3 hands on no digest that is none', async () => {
    await claim();
    const say = (digest: string) => change(`UPDATE build SET digest = '${digest}'`, bench.builderDb);
    for (const digest of ['!', 'latest', 'sha256:1', `sha256:${'a'.repeat(64)}\n`, `SHA256:${'a'.repeat(64)}`])
      await expect(say(digest), digest).rejects.toThrow(refused);
    expect(await say(`sha256:${'a'.repeat(64)}`)).toBe(1);
  });

  it('R21C-4 writes no more steps of a build than can be deleted at once, however often it gives it back', async () => {
    await claim();
    const steps = (attempt: string) =>
      `INSERT INTO step (attempt_id, ordinal, vertex_id, name, internal, cached)
       SELECT ${attempt}, n, 'v', 'n', false, false FROM generate_series(0, 6000) n`;
    await change(
      `INSERT INTO attempt (id, build_id, number, state) SELECT gen_random_uuid(), '${buildId}', -n, 'failed' FROM generate_series(1, 19) n`,
      owner(),
    );
    await change(`${steps('a.id')} CROSS JOIN attempt a WHERE a.number < 0`, owner());
    expect(await change(steps(`'${attemptId}'::uuid`), bench.builderDb)).toBe(6_001);
    await change(
      `INSERT INTO attempt (id, build_id, number, state) VALUES (gen_random_uuid(), '${buildId}', -20, 'failed')`,
      owner(),
    );
    await change(`DELETE FROM step WHERE attempt_id = '${attemptId}'`, owner());
    await change(`${steps('a.id')} CROSS JOIN attempt a WHERE a.number = -20`, owner());
    await expect(change(steps(`'${attemptId}'::uuid`), bench.builderDb)).rejects.toThrow(refused);
  });

  it('R17C-4 says nonsense of itself, and nobody else sees less', async () => {
    const say = (set: string) =>
      change(`UPDATE process_instance SET ${set} WHERE id = '${bench.instanceId}'`, bench.builderDb);
    for (const info of ['null', '5', '["slots"]']) await expect(say(`info = '${info}'`), info).rejects.toThrow(refused);
    await say(`info = '{"slots":0,"lane":"trusted","loops":{},"platforms":5,"note":7}', heartbeat_at = '-infinity'`);
    const shown = (await new ProcessRepository(owner()).list()).find(({ id }) => id === bench.instanceId)!;
    expect(shown.info).toEqual({ slots: 0, lane: 'trusted' });
    expect(shown.heartbeatAt).toEqual(shown.startedAt);
    await say(`info = '{"loops":{}}', heartbeat_at = now()`);
    expect(await new OverviewRepository(owner()).stuckLoops()).toEqual([]);
    await say(`info = '{"loops":[{"loop":"a","state":"held","forMs":"x"}], "diskFreeBytes":"1"}'`);
    expect(await new OverviewRepository(owner()).stuckLoops()).toEqual([]);
    expect(await new OverviewRepository(owner()).builders()).toContainEqual({
      id: bench.instanceId,
      name: 'b',
      disk: null,
    });
  });

  it('R12A-3 reads refs of no deleted or reset cache but those of the project of its build', async () => {
    const other = await bench.world.project();
    for (const projectId of [bench.projectId, other]) {
      await change(
        `INSERT INTO cache_eviction (id, project_id, zone, ref, platform, epoch, digest, bytes, freed_bytes, why)
         VALUES (gen_random_uuid(), '${projectId}', 'branch', 'refs/heads/topic', 'linux/amd64', 0, 'sha256:1', 1, 1, 'unused')`,
        owner(),
      );
      await change(
        `INSERT INTO cache_reset (id, project_id, epoch, zone, ref, reason, actor_name, after_number, swept_at)
         VALUES (gen_random_uuid(), '${projectId}', 1, 'branch', 'refs/heads/topic', 'r', 'ada', 0, now())`,
        owner(),
      );
    }
    await claim();
    const evictions = (db: Database) => ask('SELECT project_id::text AS project FROM cache_eviction', db);
    expect(await evictions(bench.builderDb)).toEqual([{ project: bench.projectId }]);
    expect(await evictions(intruder)).toEqual([]);
    await expect(ask('SELECT ref FROM cache_reset', bench.builderDb)).rejects.toThrow(refused);
    // The keeper of local caches has folders of projects that the builder builds no more.
    const swept = await new SweptResets(intruder).of(other);
    expect(swept).toEqual([{ zone: 'branch', refHash: hashOfRef('refs/heads/topic'), epoch: 1 }]);
  });

  it('R2-H-3 says what it stages of the builds in its hands alone, and takes nothing back', async () => {
    const stage = `SELECT state FROM stage_image('${buildId}', 'sha256:${'1'.repeat(64)}', '{}', '{}', true)`;
    const own = (sql: string) => bench.builderDb.prisma.$queryRawUnsafe(sql);
    await expect(own(stage)).rejects.toThrow(/may not stage/);
    await claim();
    await expect(intruder.prisma.$queryRawUnsafe(stage)).rejects.toThrow(/may not stage/);
    expect(await own(stage)).toEqual([{ state: 'staged' }]);
    for (const sql of ['SELECT FROM staged_image', 'DELETE FROM staged_image', 'UPDATE staged_image SET bytes = 0'])
      await expect(own(sql)).rejects.toThrow(refused);
  });

  it('R21C-5 neither reads nor writes what control has mounted: it chooses nothing that is deleted', async () => {
    await claim();
    const image = `sha256:${'1'.repeat(64)}`;
    const row = `SELECT id, '${image}', '${buildId}'::uuid, ARRAY['${image}'], 1, now() FROM project`;
    await change(`INSERT INTO mounted_image (project_id, digest, build_id, manifests, bytes, look_at) ${row}`, owner());
    const untrusted = new Database({
      ...{ url: asDatabaseRole(bench.world.url, 'builder_untrusted'), poolSize: 1, applicationName: 'builder' },
    });
    for (const db of [bench.builderDb, untrusted])
      for (const sql of [
        'SELECT FROM mounted_image',
        `INSERT INTO mounted_image (project_id, digest, build_id, manifests, bytes, look_at) ${row}`,
        'UPDATE mounted_image SET look_at = now()',
        'DELETE FROM mounted_image',
        'TRUNCATE mounted_image',
      ])
        await expect(db.prisma.$executeRawUnsafe(sql)).rejects.toThrow(refused);
    await untrusted.close();
    expect(await owner().prisma.mountedImage.count()).toBe(1);
  });

  it('ends no other process, and is none but a builder', async () => {
    expect(await change(`UPDATE process_instance SET ended_at = now() WHERE id = '${bench.instanceId}'`)).toBe(0);
    await expect(new ProcessRepository(intruder).start('control', 'c', {})).rejects.toThrow(refused);
    await expect(change(`UPDATE process_instance SET started_at = '2000-01-01'`)).rejects.toThrow(refused);
  });

  it('publishes nothing itself: it ends no build well, and takes nothing back that it has handed on [A3 builder taken over]', async () => {
    await claim();
    const own = (sql: string) => change(sql, bench.builderDb);
    await expect(own(`UPDATE build SET status = 'succeeded', stage = NULL`)).rejects.toThrow(refused);
    await expect(own(`UPDATE build SET stage = 'publishing', digest = 'sha256:2'`)).rejects.toThrow(refused);
    await change(`UPDATE build SET stage = 'control', digest = 'sha256:1'`, owner());
    await expect(own(`UPDATE build SET digest = 'sha256:2'`)).rejects.toThrow(refused);
    expect(await own('UPDATE build SET cache_saved_ms = 1')).toBe(1);
    for (const table of ['image_tag', 'image', 'signing_key', 'publisher_tenure', 'tag_move'])
      await expect(ask(`SELECT 1 FROM ${table}`, bench.builderDb)).rejects.toThrow(refused);
  });

  it('has no key that anybody could read in the database', async () => {
    const rows = await ask('SELECT id, key_hash FROM process_instance', owner());
    expect(rows).toHaveLength(2);
    expect(JSON.stringify(rows)).not.toContain('key of the builder');
    expect(await ask('SELECT 1 FROM process_instance')).toHaveLength(1);
  });
});
