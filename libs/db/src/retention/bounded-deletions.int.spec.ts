import { createHash } from 'node:crypto';
import { parseDigest } from '@cooperage/domain';
import { asDatabaseRole } from '@cooperage/testing';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { World } from '../../spec/world.js';
import {
  type ArtifactPart,
  Database,
  ImageDeletion,
  newId,
  ProjectRemoval,
  ReverificationRepository,
} from '../index.js';

const digest = parseDigest(`sha256:${'1'.repeat(64)}`);
const digestNo = (no: number) => parseDigest(`sha256:${String(no).padStart(64, '0')}`);
const manifestOf = (blob: string) =>
  Buffer.from(JSON.stringify({ config: { digest: digestNo(0) }, layers: [{ digest: blob }] }));
const digestOf = (bytes: Buffer) => `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
const actor = { kind: 'person', id: 'ada', name: 'Ada', ip: null } as const;

/** What grows with a project's use, with the most rows that one statement may delete. */
const most = {
  log_chunk: 200,
  context_manifest: 10,
  staged_image: 100,
  signature_artifact: 50,
  image_verification: 200,
  base_tag: 5_000,
  kept_tag: 5_000,
  cache_prune: 100,
  cache_eviction: 5_000,
  cache_reset: 5_000,
  retention_candidate: 5_000,
} as const;

describe('the deletion of a project, or of an image, of which much was built', () => {
  let world: World;
  const run = (sql: string) => world.db.prisma.$executeRawUnsafe(sql);
  beforeAll(async () => {
    world = await World.open();
    await run('CREATE TABLE deletion (relation text, statement text, rows bigint)');
    await run(`CREATE FUNCTION note_deletion() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
      BEGIN INSERT INTO public.deletion SELECT TG_TABLE_NAME, pg_current_xact_id(), count(*) FROM gone; RETURN NULL; END $$`);
    for (const table of ['project', 'build', ...Object.keys(most)])
      await run(`CREATE TRIGGER note_deletion AFTER DELETE ON ${table} REFERENCING OLD TABLE AS gone
        FOR EACH STATEMENT EXECUTE FUNCTION note_deletion()`);
  });
  afterEach(async () => {
    await world.reset();
    await run('TRUNCATE deletion, signature_artifact, image_verification');
  });
  afterAll(() => world.close());

  /** Each of these deletes in transactions of one statement: what went by cascade counts with it. */
  const largest = async () => {
    const rows = await world.db.prisma.$queryRaw<{ relation: string; most: bigint }[]>`
      SELECT relation, max(rows)::bigint AS most
      FROM (SELECT relation, statement, sum(rows) AS rows FROM deletion GROUP BY 1, 2) d GROUP BY 1`;
    return Object.fromEntries(rows.map((row) => [row.relation, Number(row.most)]));
  };
  const withLast = async () => {
    const rows = await world.db.prisma.$queryRaw<{ relation: string }[]>`
      SELECT relation FROM deletion WHERE rows > 0 AND statement = (SELECT statement FROM deletion WHERE relation = 'project' AND rows = 1)`;
    return rows.map(({ relation }) => relation);
  };
  /** An artifact for each number, as the signer stores it: every other one is a tag and no referrer. */
  const artifacts = (projectId: string, count: number) => world.db.prisma.$executeRaw`
    INSERT INTO signature_artifact (id, project_id, digest, build_id, key_id, kind, artifact)
    SELECT gen_random_uuid(), ${projectId}::uuid, ${digest}, gen_random_uuid(), gen_random_uuid(), kind, jsonb_build_object('place',
      CASE kind WHEN 'provenance' THEN jsonb_build_object('as', 'referrer', 'descriptor', jsonb_build_object('digest', 'sha256:' || n))
        ELSE jsonb_build_object('as', 'tag', 'tag', 'x') END)
    FROM generate_series(1, ${count}::int) n, unnest(ARRAY['provenance', 'legacy_provenance']) kind`;
  const signed = async (projectId: string, image: string, blob: string) => {
    const manifest = manifestOf(blob).toString('base64');
    const [id, buildId, keyId] = [newId(), newId(), newId()];
    const data = { id, projectId, digest: image, buildId, keyId, kind: 'provenance', artifact: { manifest } };
    await world.db.prisma.signatureArtifact.create({ data });
  };
  const verifications = (projectId: string, count: number) => world.db.prisma.$executeRaw`
    INSERT INTO image_verification (id, project_id, digest, ok, checks)
    SELECT gen_random_uuid(), ${projectId}::uuid, ${digest}, true, '[]' FROM generate_series(1, ${count}::int)`;
  const referrers = (count: number) => Array.from({ length: count }, (_, at) => `sha256:${at + 1}`).toSorted();

  /** Counts the rows that each statement answers with. */
  const counting = () => {
    const db = new Database({ url: world.url, poolSize: 2, applicationName: 'test' });
    const answered: number[] = [];
    const prisma = db.prisma.$extends({
      query: {
        async $allOperations({ args, query }) {
          const rows = await query(args);
          if (Array.isArray(rows)) answered.push(rows.length);
          return rows;
        },
      },
    });
    return { db: Object.assign(db, { prisma }), answered };
  };

  async function used(projectId: string): Promise<void> {
    for (let n = 0; n < 3; n++) {
      const { id } = await world.build(projectId);
      const attempt = newId();
      await world.db.prisma.attempt.create({ data: { id: attempt, buildId: id, number: 1, state: 'failed' } });
      await world.db.prisma.$executeRaw`
        INSERT INTO log_chunk (attempt_id, first_n, last_n, epoch, first_at_ms, first_line, lines, first_text_byte, text_bytes, entries_bytes, payload)
        SELECT ${attempt}::uuid, n, n, 1, 0, n, 1, 0, 1, 1, 'x' FROM generate_series(1, 250) n`;
    }
    await artifacts(projectId, 60);
    await verifications(projectId, 250);
    const insert = (table: string, columns: string, values: string, count: number) =>
      run(
        `INSERT INTO ${table} (project_id, ${columns}) SELECT '${projectId}', ${values} FROM generate_series(1, ${count}) n`,
      );
    await insert('context_manifest', 'digest, entries, payload', `n, 1, 'x'`, 25);
    await insert(
      'staged_image',
      'id, zone, digest, build_id',
      `gen_random_uuid(), 'branch', n, gen_random_uuid()`,
      250,
    );
    await insert('base_tag', 'name', 'n', 5_500);
    await insert('kept_tag', 'tag, digest, sequence, build_number', `n, 'd', 1, 1`, 5_500);
    await insert('cache_prune', 'id, text, reason, actor_name, taken', `gen_random_uuid(), '', '', '', '[]'`, 150);
    await insert(
      'cache_eviction',
      'id, zone, ref, platform, epoch, why',
      `gen_random_uuid(), 'z', n, 'p', 1, 'reset'`,
      5_500,
    );
    await insert(
      'cache_reset',
      'epoch, id, reason, actor_name, after_number',
      `n, gen_random_uuid(), '', '', 1`,
      5_500,
    );
    await insert(
      'retention_candidate',
      'id, kind, subject, label, reason, delete_after',
      `gen_random_uuid(), 'build', n, '', 'age', now()`,
      5_500,
    );
  }

  it('V7-L3 finds what signs some images, however much that is', async () => {
    const projectId = await world.project();
    for (let no = 1; no <= 60; no++) await signed(projectId, digestNo(100 + (no % 2)), digestNo(no));
    await signed(projectId, digestNo(102), digestNo(99));
    await signed(await world.project(), digestNo(100), digestNo(98));
    const images = new ImageDeletion(world.db).artifactParts(projectId, [digestNo(100), digestNo(101)]);
    const found: ArtifactPart[] = [];
    for await (const part of images) found.push(part);
    const blobs = found.map(({ digest }) => digest).filter((each) => each.startsWith('sha256:000'));
    expect(new Set(blobs)).toEqual(new Set(Array.from({ length: 61 }, (_, no) => digestNo(no))));
    // R22D-7: and their manifests, with the image that each of them is about.
    const manifest = digestOf(manifestOf(digestNo(7)));
    expect(found.filter(({ digest }) => digest === manifest)).toEqual([{ image: digestNo(101), digest: manifest }]);
  });

  it('R7-B4 removes the rows of a project in bounded statements, with the rights of control', async () => {
    const projectId = await world.project();
    await used(projectId);
    const control = new Database({
      ...{ url: asDatabaseRole(world.url, 'control'), poolSize: 1, applicationName: 'control' },
    });
    await new ProjectRemoval(control).removeRows(projectId).finally(() => control.close());
    expect(await world.db.prisma.project.count()).toBe(0);
    expect(await largest()).toEqual({ ...most, project: 1, build: 1 });
    expect(await withLast()).toEqual(['project']);
  });

  it('R7-B4 reads no more than some artifacts of a project at once', async () => {
    const projectId = await world.project();
    await artifacts(projectId, 120);
    const { db, answered } = counting();
    const found = await new ProjectRemoval(db).artifactDigests(projectId).finally(() => db.close());
    expect(found.toSorted()).toEqual(referrers(120));
    expect(Math.max(...answered)).toBe(50);
  });

  it('R7-B4 deletes an image with what many builds added to it in bounded statements', async () => {
    const organizationId = await world.organization();
    const id = await world.project(organizationId);
    const other = await world.project(organizationId);
    await world.db.prisma.image.create({
      data: { ...{ id: newId(), projectId: id, digest }, mediaType: 'm', sizeBytes: 1n },
    });
    await artifacts(id, 120);
    await artifacts(other, 1);
    await verifications(id, 250);
    const { db, answered } = counting();
    const images = new ImageDeletion(db);
    await images.schedule({ projectId: id, organizationId }, { digest, tags: [], comment: '', graceDays: -1 }, actor);
    const [due] = await images.due(id);
    const begun = await images.begin(id, due!.id);
    expect(begun!.artifacts.toSorted()).toEqual(referrers(120));
    expect(Math.max(...answered)).toBe(50);
    await images.end(id, begun!);
    await db.close();
    expect(await largest()).toEqual({ signature_artifact: 50, image_verification: 200 });
    expect(await world.db.prisma.signatureArtifact.count()).toBe(2);
    expect(await world.db.prisma.image.count()).toBe(0);
  });

  it('R14B-5 prunes what builds of the same bytes added of verifications in bounded statements, and keeps the newest', async () => {
    const projectId = await world.project();
    await verifications(projectId, 620);
    const newest = { where: { projectId, digest }, orderBy: { id: 'desc' as const }, take: 20 };
    const kept = await world.db.prisma.imageVerification.findMany(newest);
    const rounds = new ReverificationRepository(world.db);
    await rounds.prune(projectId, digest);
    expect(await largest()).toEqual({ image_verification: 200 });
    expect(await world.db.prisma.imageVerification.findMany({ ...newest, take: 100 })).toEqual(kept);
    await rounds.prune(projectId, digest);
    await rounds.prune(projectId, digestNo(2));
    expect(await world.db.prisma.imageVerification.count()).toBe(20);
  });
});
