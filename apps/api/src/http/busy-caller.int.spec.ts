import type { CreatedToken } from '@cooperage/contracts';
import { newId } from '@cooperage/db';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ApiWorld, organizationOf, type TestProject } from '../../spec/api-world.js';
import { expectOk, problemOf, Visitor } from '../../spec/visitor.js';
import { patiently, waitingForLocks, whileLocked } from '../../spec/while-locked.js';

let world: ApiWorld;
let owner: Visitor;
let viewer: Visitor;
let organizationId: string;
let rival: Visitor;
let ours: TestProject;
let theirs: TestProject;

beforeAll(async () => {
  world = await ApiWorld.open({}, patiently);
  owner = await world.owner();
  organizationId = await organizationOf(owner);
  viewer = await world.member(owner, organizationId, 'viewer');
  ours = await world.project(owner, organizationId);
  const other = await world.stranger(owner);
  rival = other.visitor;
  theirs = await world.project(rival, other.organizationId);
  for (const { project } of [ours, theirs]) await giveKey(project.id);
});
afterAll(() => world.close());

async function giveKey(projectId: string): Promise<void> {
  const key = { state: 'signing', publicKeyPem: 'a key', hint: 'a hint' };
  await world.database.prisma.signingKey.create({ data: { ...key, id: newId(), projectId } });
}

const whileBuildsStandStill = (work: () => Promise<void>) => whileLocked(world, 'build', work);
const waiting = () => waitingForLocks(world, 'cooperage-api');

const list = (by: Visitor) => by.get('/api/v1/builds');

describe('a caller with hundreds of requests under way', () => {
  it('R3-N6 keeps neither webhooks nor other people waiting', async () => {
    let lists: ReturnType<typeof list>[] = [];
    await whileBuildsStandStill(async () => {
      lists = Array.from({ length: 300 }, () => list(viewer));
      await expect.poll(waiting).toBeGreaterThanOrEqual(8);
      // A ping waits for no evaluation, so its row needs nothing of builds.
      const ping = world.push(theirs, { payload: '{"zen":"x"}', headers: { 'x-github-event': 'ping' } });
      const answers = await Promise.all([ping, rival.get('/api/v1/me'), owner.get('/api/v1/projects')]);
      expect(answers.map(({ status }) => status)).toEqual([202, 200, 200]);
      expect(await waiting()).toBeLessThanOrEqual(8);
    });
    const refused = (await Promise.all(lists)).find(({ status }) => status === 429);
    expect(refused && problemOf(refused).detail).toContain('One person may have 16 at once');
    expectOk(await list(viewer));
  });

  it('R3-N6 is one caller with all of its API tokens and sessions', async () => {
    const callers = [viewer];
    for (const name of ['one', 'two', 'three']) {
      const token = { organizationId, name, scopes: ['read'], expiresInDays: null };
      const { secret } = expectOk(await viewer.post<CreatedToken>('/api/v1/tokens', token), 201);
      callers.push(new Visitor(world.origin, secret));
    }
    let lists: ReturnType<typeof list>[] = [];
    await whileBuildsStandStill(async () => {
      lists = Array.from({ length: 60 }, (_, at) => list(callers[at % callers.length]!));
      await expect.poll(waiting).toBeGreaterThanOrEqual(8);
      expect((await rival.get('/api/v1/me')).status).toBe(200);
      expect(await waiting()).toBeLessThanOrEqual(8);
    });
    await Promise.all(lists);
  });
});

describe('statements that may read everything of an organization', () => {
  const filter = encodeURIComponent('title:none');
  it.each([
    ['insights', '/api/v1/insights', 'build'],
    ['counts of builds', `/api/v1/builds/count?filter=${filter}`, 'build'],
    ['groups of builds', `/api/v1/builds/groups?by=failure&filter=${filter}`, 'build'],
    ['filtered lists of builds', `/api/v1/builds?filter=${filter}`, 'build'],
    ['lists of builds of a ref', '/api/v1/builds?ref=refs/heads/none', 'build'],
    ['searches for images', '/api/v1/images?q=none', 'image'],
  ] as const)('R7-A7 leave room for others: %s', async (_what, path, table) => {
    await leaveRoom(path, table);
  });

  it('R11-4 leave room for others: lists of deliveries by outcome', async () => {
    await leaveRoom('/api/v1/deliveries?outcome=failed', 'delivery');
  });

  async function leaveRoom(path: string, table: Parameters<typeof whileLocked>[1]): Promise<void> {
    const asked: ReturnType<typeof list>[] = [];
    const ask = (by: Visitor) => asked.push(...Array.from({ length: 8 }, () => by.get(path)));
    await whileLocked(world, table, async () => {
      // Two of one person, three of one organization, four in all.
      for (const [at, person] of [viewer, owner, rival].entries()) {
        ask(person);
        await expect.poll(waiting).toBeGreaterThanOrEqual(at + 2);
        expect(await waiting()).toBe(at + 2);
      }
    });
    await Promise.all(asked);
    expectOk(await viewer.get(path));
  }

  it.each([
    ['caches by size', '/cache/entries?sort=size', 'cache_blob'],
    ['what a cache shares', `/cache/entries/${newId()}/records`, 'cache_blob'],
    ['the weight of caches', '/cache', 'cache_blob'],
    ['what a prune would take', '/cache/prunes/preview?q=x', 'cache_blob'],
    ['what a key signs alone', '/keys/KEY/effects', 'signature_artifact'],
  ] as const)('R9-B3 leave room for others: %s', async (_what, path, table) => {
    await leaveRoomInProjects(path, table);
  });

  it('R11-4 leave room for others: moves of a tag to or from one image', async () => {
    await leaveRoomInProjects(`/tag-moves?tag=none&digest=sha256:${'0'.repeat(64)}`, 'tag_move');
  });

  it('V12B-13 leave room for the moves of an image or a tag, which read one page of an index', async () => {
    const asked: ReturnType<typeof list>[] = [];
    await whileLocked(world, 'build', async () => {
      for (const person of [viewer, owner])
        asked.push(...Array.from({ length: 8 }, () => person.get('/api/v1/insights')));
      await expect.poll(waiting).toBe(3);
      const moves = `/api/v1/projects/${ours.project.id}/tag-moves`;
      for (const query of [`digest=sha256:${'0'.repeat(64)}`, 'tag=none'])
        expectOk(await viewer.get(`${moves}?${query}`));
      expect(await waiting()).toBe(3);
    });
    await Promise.all(asked);
  });

  it('R9-A8 leave room for others: steps that no cache had', async () => {
    await leaveRoomInProjects('/cache/misses', 'step_verdict');
  });

  async function leaveRoomInProjects(path: string, table: Parameters<typeof whileLocked>[1]): Promise<void> {
    const asked: ReturnType<typeof list>[] = [];
    const ask = async (by: Visitor, { project: { id } }: TestProject): Promise<void> => {
      const { id: keyId } = await world.database.prisma.signingKey.findFirstOrThrow({ where: { projectId: id } });
      const address = `/api/v1/projects/${id}${path.replace('KEY', keyId)}`;
      asked.push(...Array.from({ length: 8 }, () => by.get(address)));
    };
    await whileLocked(world, table, async () => {
      for (const [at, [person, target]] of [
        [viewer, ours] as const,
        [owner, ours] as const,
        [rival, theirs] as const,
      ].entries()) {
        await ask(person, target);
        await expect.poll(waiting).toBeGreaterThanOrEqual(at + 2);
        expect(await waiting()).toBe(at + 2);
      }
    });
    await Promise.all(asked);
  }
});
