import type { BuildCount, BuildGroup, BuildSummary, Page, SavedView } from '@cooperage/contracts';
import type { BuildRecord } from '@cooperage/db';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ApiWorld, organizationOf, type TestProject } from '../../spec/api-world.js';
import { expectOk, problemOf, type Visitor } from '../../spec/visitor.js';
import { TestWorker } from '../../spec/worker.js';

let world: ApiWorld;
let owner: Visitor;
let acme: string;
let target: TestProject;
let failed: BuildRecord[];
let queued: BuildRecord;

beforeAll(async () => {
  world = await ApiWorld.open();
  owner = await world.owner();
  acme = await organizationOf(owner);
  target = await world.project(owner, acme, { slug: 'hello' });
  const worker = await TestWorker.start(world);
  failed = [];
  for (const line of [2, 7]) {
    const build = await world.build(target);
    const place = { file: 'Dockerfile', line, step: `[build ${line}/9] RUN npm ci`, exitCode: 1 };
    await worker.attempts.failed(
      await worker.claim(build),
      worker.instanceId,
      { code: 'StepFailed', message: `It failed after ${line} s.`, place },
      { retryable: false, attemptsLeft: false, pauseMs: 0 },
    );
    failed.unshift(build);
  }
  queued = await world.build(target);
});
afterAll(() => world.close());

const query = (filter: string): string => encodeURIComponent(filter);
const found = async (filter: string, visitor = owner) =>
  expectOk(await visitor.get<Page<BuildSummary>>(`/api/v1/builds?filter=${query(filter)}`)).items.map(({ id }) => id);
const counted = async (filter: string) =>
  expectOk(await owner.get<BuildCount>(`/api/v1/builds/count?filter=${query(filter)}`));

describe('builds by a filter', () => {
  it('are found, in one project and in all', async () => {
    expect(await found('is:failed')).toEqual(failed.map(({ id }) => id));
    expect(await found('is:active project:acme/hello')).toEqual([queued.id]);
    expect(await found('step:"NPM CI" branch:main author:An code:StepFailed')).toEqual(failed.map(({ id }) => id));
    expect(await found('project:other')).toEqual([]);
    expect(await found('author:me')).toEqual([]);
  });

  it('are counted, and where there is none it is said which term leaves all out', async () => {
    expect(await counted('is:failed')).toEqual({ count: 2, more: false, excluding: [] });
    expect(await counted('is:failed branch:gone since:7d')).toEqual({ count: 0, more: false, excluding: [1] });
    expect(await counted('branch:gone author:nobody')).toEqual({ count: 0, more: false, excluding: [] });
  });

  it('belong to the one who asks', async () => {
    const { visitor } = await world.stranger(owner);
    expect(await found('', visitor)).toEqual([]);
    expect(await found('project:acme/hello', visitor)).toEqual([]);
    expect(await found('-is:queued', visitor)).toEqual([]);
  });

  it('S-070 S-071 S-069 take no operators: 400 with the place of the error, and nothing of the inside', async () => {
    const refused = {
      'is:failed is:gone': /characters 11 to 17: is: expects one of/,
      '{"not":null}': /characters 1 to 12/,
      "took:>5m'; DROP TABLE build; --": /characters 12 to 15: a term is written/,
      "took:>5m';": /characters 1 to 10: took: expects/,
      '__proto__:x': /characters 1 to 11/,
      'constructor:x': /characters 1 to 13: constructor is none of/,
      'title:"open': /characters 7 to 11: the quotes are not closed/,
      [`title:${'x'.repeat(1001)}`]: /./,
    };
    for (const [filter, message] of Object.entries(refused)) {
      for (const path of ['/api/v1/builds', '/api/v1/builds/count', '/api/v1/builds/groups?by=commit']) {
        const answer = await owner.get(`${path}${path.includes('?') ? '&' : '?'}filter=${query(filter)}`);
        expect([answer.status, problemOf(answer).code], filter).toEqual([400, 'validation_failed']);
        expect(problemOf(answer).errors?.[0]).toMatchObject({
          path: 'filter',
          message: expect.stringMatching(message),
        });
        expect(answer.text).not.toMatch(/SELECT|prisma|postgres/i);
      }
    }
    for (const raw of [
      'filter[not]=null',
      'filter[contains]=',
      'filter=is:failed&filter=is:failed',
      'orderBy=limits',
      'where[OR][]=1',
    ])
      expect((await owner.get(`/api/v1/builds?${raw}`)).status, raw).toBe(400);
    expect(await found(`title:"%"`)).toEqual([]);
    expect(await found(`author:"' OR 1=1 --"`)).toEqual([]);
  });

  it('S-073 keep their cursor to themselves', async () => {
    const path = `/api/v1/builds?limit=1&filter=${query('is:failed')}`;
    const { next } = expectOk(await owner.get<Page<BuildSummary>>(path));
    const second = expectOk(await owner.get<Page<BuildSummary>>(`${path}&cursor=${next}`));
    expect(second.items.map(({ id }) => id)).toEqual([failed[1]!.id]);
    expect((await owner.get(`/api/v1/builds?limit=1&filter=${query('is:broken')}&cursor=${next}`)).status).toBe(400);
  });

  it('V8-H1 refuse cursors of others again and again, and go on to be read', async () => {
    const path = `/api/v1/builds?filter=${query('is:failed')}`;
    for (let time = 0; time < 4; time++) expect((await owner.get(`${path}&cursor=x`)).status).toBe(400);
    expectOk(await owner.get(path));
  });
});

describe('groups of builds', () => {
  it('of one failure hold what failed alike, though lines moved and numbers differ', async () => {
    const { items } = expectOk(await owner.get<Page<BuildGroup>>('/api/v1/builds/groups?by=failure'));
    expect(items).toHaveLength(1);
    expect(items[0]).toMatchObject({
      count: 2,
      projects: ['hello'],
      statuses: ['failed'],
      newest: { id: failed[0]!.id },
    });
    expect(items[0]!.newest.fingerprint).toBe(items[0]!.key);
    // A newer build of the same branch is under way: a retry would mend nothing.
    expect(items[0]!.retryIds).toEqual([]);
    expect(await found(`failure:${items[0]!.key}`)).toEqual(failed.map(({ id }) => id));
  });

  it('of a commit stand newest first', async () => {
    const { items } = expectOk(await owner.get<Page<BuildGroup>>('/api/v1/builds/groups?by=commit'));
    expect(items.map(({ key }) => key)).toEqual([queued, ...failed].map(({ commit }) => commit));
  });
});

describe('saved views', () => {
  it('are a person’s own', async () => {
    const viewer = await world.member(owner, acme, 'viewer');
    const body = { name: 'Red', filter: 'is:broken author:me' };
    const view = expectOk(await owner.post<SavedView>('/api/v1/saved-views', body), 201);
    expect(view).toMatchObject(body);
    const list = async (visitor: Visitor) => expectOk(await visitor.get<Page<SavedView>>('/api/v1/saved-views')).items;
    expect(await list(owner)).toEqual([view]);
    expect(await list(viewer)).toEqual([]);
    expect((await owner.post('/api/v1/saved-views', body)).status).toBe(409);
    expect((await viewer.post('/api/v1/saved-views', body)).status).toBe(201);
    for (const filter of ['', 'is:gone', '{"not":null}'])
      expect((await owner.post('/api/v1/saved-views', { name: 'x', filter })).status, filter).toBe(400);
    expect((await viewer.ask('DELETE', `/api/v1/saved-views/${view.id}`)).status).toBe(404);
    expectOk(await owner.ask('DELETE', `/api/v1/saved-views/${view.id}`), 204);
    expect(await list(owner)).toEqual([]);
  });

  it('have an end', async () => {
    const visitor = await world.member(owner, acme, 'viewer');
    for (let at = 0; at < 50; at++)
      expectOk(await visitor.post('/api/v1/saved-views', { name: `v${at}`, filter: 'is:failed' }), 201);
    expect((await visitor.post('/api/v1/saved-views', { name: 'more', filter: 'is:failed' })).status).toBe(409);
  });
});
