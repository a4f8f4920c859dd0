import type { CreatedToken } from '@cooperage/contracts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ApiWorld, organizationOf, type TestProject } from '../../spec/api-world.js';
import { expectOk, problemOf, Visitor } from '../../spec/visitor.js';
import { waitingForLocks, whileLocked } from '../../spec/while-locked.js';

let world: ApiWorld;
let owner: Visitor;
let viewer: Visitor;
let organizationId: string;
let rival: Visitor;
let theirs: TestProject;

beforeAll(async () => {
  world = await ApiWorld.open();
  owner = await world.owner();
  organizationId = await organizationOf(owner);
  viewer = await world.member(owner, organizationId, 'viewer');
  const other = await world.stranger(owner);
  rival = other.visitor;
  theirs = await world.project(rival, other.organizationId);
});
afterAll(() => world.close());

const whileBuildsStandStill = (work: () => Promise<void>) => whileLocked(world, 'build', work);
const waitingForBuilds = () => waitingForLocks(world, 'cooperage-api');

const terms = Array.from({ length: 3 }, (_, at) => `branch:none-${at}`).join(' ');
const count = (by: Visitor) => by.get(`/api/v1/builds/count?filter=${encodeURIComponent(terms)}`);

describe('a caller with hundreds of requests under way', () => {
  it('R3-N6 keeps neither webhooks nor other people waiting', async () => {
    let counts: ReturnType<typeof count>[] = [];
    await whileBuildsStandStill(async () => {
      counts = Array.from({ length: 300 }, () => count(viewer));
      await expect.poll(waitingForBuilds).toBeGreaterThanOrEqual(8);
      // A ping waits for no evaluation, so its row needs nothing of builds.
      const ping = world.push(theirs, { payload: '{"zen":"x"}', headers: { 'x-github-event': 'ping' } });
      const answers = await Promise.all([ping, rival.get('/api/v1/me'), owner.get('/api/v1/projects')]);
      expect(answers.map(({ status }) => status)).toEqual([202, 200, 200]);
      expect(await waitingForBuilds()).toBeLessThanOrEqual(8);
    });
    const refused = (await Promise.all(counts)).find(({ status }) => status === 429);
    expect(refused && problemOf(refused).detail).toContain('One person may have 16 at once');
    expectOk(await count(viewer));
  });

  it('R3-N6 is one caller with all of its API tokens and sessions', async () => {
    const callers = [viewer];
    for (const name of ['one', 'two', 'three']) {
      const token = { organizationId, name, scopes: ['read'], expiresInDays: null };
      const { secret } = expectOk(await viewer.post<CreatedToken>('/api/v1/tokens', token), 201);
      callers.push(new Visitor(world.origin, secret));
    }
    let counts: ReturnType<typeof count>[] = [];
    await whileBuildsStandStill(async () => {
      counts = Array.from({ length: 60 }, (_, at) => count(callers[at % callers.length]!));
      await expect.poll(waitingForBuilds).toBeGreaterThanOrEqual(8);
      expect((await rival.get('/api/v1/me')).status).toBe(200);
      expect(await waitingForBuilds()).toBeLessThanOrEqual(8);
    });
    await Promise.all(counts);
  });
});
