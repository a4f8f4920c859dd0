import type { Build, DeliveryView } from '@cooperage/contracts';
import { IdempotencyRepository, maxIdempotentKeys } from '@cooperage/db';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ApiWorld, organizationOf, randomCommit, type TestProject } from '../../spec/api-world.js';
import { rowsOf } from '../../spec/rows.js';
import { expectOk, problemOf, type Visitor } from '../../spec/visitor.js';

let world: ApiWorld;
let owner: Visitor;
let acme: string;
let target: TestProject;

beforeAll(async () => {
  world = await ApiWorld.open();
  owner = await world.owner();
  acme = await organizationOf(owner);
  target = await world.project(owner, acme);
});
afterAll(() => world.close());

const start = (key: string, body: object = { ref: 'refs/heads/main' }, visitor = owner) =>
  visitor.post<DeliveryView>(`/api/v1/projects/${target.project.id}/builds`, body, { 'idempotency-key': key });
const count = async () =>
  (await rowsOf(world, 'SELECT id FROM delivery WHERE project_id = $1', [target.project.id])).length;

describe('a call with an Idempotency-Key', () => {
  it('is done once and answered alike, also by twenty at once', async () => {
    const first = await start('a key');
    expect([first.status, problemOf(first).code]).toEqual([400, 'bad_request']);
    const made = expectOk(await start('one'), 202);
    const again = await start('one');
    expect([again.headers.get('idempotency-replayed'), again.status]).toEqual(['true', 202]);
    expect(again.body).toEqual(made);
    expect(await count()).toBe(1);
    const many = await Promise.all(Array.from({ length: 20 }, () => start('many')));
    expect(await count()).toBe(2);
    // Those that came before there was an answer are told to come again.
    expect(many.every(({ status }) => status === 202 || status === 409)).toBe(true);
    expect((await start('many')).status).toBe(202);
    expect(await count()).toBe(2);
  });

  it('of a retry makes one build', async () => {
    const build = await world.build(target, randomCommit());
    await rowsOf(world, "UPDATE build SET status = 'failed', finished_at = now() WHERE id = $1", [build.id]);
    const retry = () => owner.post<Build>(`/api/v1/builds/${build.id}/retry`, {}, { 'idempotency-key': 'retry' });
    const made = expectOk(await retry(), 201);
    expect(expectOk(await retry(), 201)).toEqual(made);
  });

  it('R11-6 of a large build keeps its id alone, and shows the build as it is by then', async () => {
    const build = await world.build(target, randomCommit());
    const large = { WORDS: '€'.repeat(30_000) };
    await world.database.prisma.build.update({
      where: { id: build.id },
      data: { buildArgs: large, status: 'failed', finishedAt: new Date() },
    });
    const retry = () => owner.post<Build>(`/api/v1/builds/${build.id}/retry`, {}, { 'idempotency-key': 'large' });
    const made = expectOk(await retry(), 201);
    const builds = await world.database.prisma.build.count();
    const kept = await rowsOf<{ most: number }>(
      world,
      'SELECT max(octet_length(answer)) AS most FROM idempotent_call',
      [],
    );
    expect(kept[0]!.most).toBeLessThan(65_536);
    const again = await retry();
    expect([again.status, again.headers.get('idempotency-replayed')]).toEqual([201, 'true']);
    expect(again.body).toEqual(made);
    await rowsOf(world, "UPDATE build SET status = 'canceled', finished_at = now() WHERE id = $1", [made.id]);
    expect(expectOk(await retry(), 201)).toMatchObject({
      ...{ id: made.id, status: 'canceled', inputs: { buildArgs: large } },
    });
    expect(await world.database.prisma.build.count()).toBe(builds);
  });

  it('is another call where anything else is asked for, and is refused', async () => {
    expectOk(await start('other'), 202);
    const refused = await start('other', { ref: 'refs/heads/else' });
    expect([refused.status, problemOf(refused).code]).toEqual([422, 'idempotency_key_reused']);
  });

  it('that was refused was not made, and may be made right', async () => {
    expect((await start('refused', { ref: 'no ref' })).status).toBe(400);
    expectOk(await start('refused'), 202);
  });

  it('S-065 S-066 is its caller’s own, and shows nothing to whoever has lost the right', async () => {
    const made = expectOk(await start('mine'), 202);
    const developer = await world.member(owner, acme, 'developer');
    const theirs = expectOk(await start('mine', undefined, developer), 202);
    expect(theirs.id).not.toBe(made.id);
    const { id } = expectOk(await developer.get<{ id: string }>('/api/v1/me'));
    await rowsOf(world, `UPDATE member SET role = 'viewer' WHERE "userId" = $1`, [id]);
    expect((await start('mine', undefined, developer)).status).toBe(422);
  });

  it('of which nobody knows what became of it is not made again', async () => {
    expectOk(await start('lost'), 202);
    const before = await count();
    await rowsOf(world, "UPDATE idempotent_call SET answer = NULL, at = now() - interval '2 minutes'", []);
    const refused = await start('lost');
    expect([refused.status, problemOf(refused).detail]).toEqual([409, expect.stringContaining('is not known')]);
    expect(await count()).toBe(before);
  });

  it('is forgotten after a day, and of one caller no more are kept than a bound', async () => {
    await rowsOf(world, "UPDATE idempotent_call SET at = now() - interval '25 hours'", []);
    expect(await new IdempotencyRepository(world.database).removeExpired()).toBeGreaterThan(0);
    expectOk(await start('one'), 202);
    await rowsOf(
      world,
      `INSERT INTO idempotent_call (caller, key, request) SELECT caller, n::text, '' FROM idempotent_call, generate_series(1, $1::int) n`,
      [maxIdempotentKeys],
    );
    const refused = await start('beyond');
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '3600']);
    expect((await start('one')).status).toBe(202);
  });
});
