import { randomBytes, randomUUID } from 'node:crypto';
import type { OrganizationUsage, Overview, Page, Project, QuotaSettingsView, RefusalView } from '@cooperage/contracts';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ApiWorld, organizationOf, randomCommit, type TestProject } from '../../spec/api-world.js';
import { rowsOf } from '../../spec/rows.js';
import { expectOk, problemOf, type Visitor } from '../../spec/visitor.js';

let world: ApiWorld;
let administrator: Visitor;
let acme: string;
let target: TestProject;

beforeAll(async () => {
  world = await ApiWorld.open();
  administrator = await world.owner();
  acme = await organizationOf(administrator);
});
beforeEach(async () => {
  await rowsOf(world, 'DELETE FROM quota');
  target = await world.project(administrator, acme);
});
afterAll(() => world.close());

const set = async (quota: Partial<QuotaSettingsView>, path = `/organizations/${acme}/quotas`) =>
  expectOk(await administrator.ask<OrganizationUsage>('PUT', `/api/v1${path}`, quota));
const usage = async () => expectOk(await administrator.get<OrganizationUsage>('/api/v1/organizations/acme/usage'));
const of = ({ quotas }: OrganizationUsage, kind: string) => quotas.find((each) => each.kind === kind)!;
const limits = { timeoutMs: 60_000, logBytes: 65_536, memoryBytes: 2 ** 30, pids: 64, cpus: 2 };

describe('quotas', () => {
  it('are shown with what is used, by whom they were set, and warned of from 80 % on', async () => {
    const bytes = of(await usage(), 'deliveryBytes').used;
    await world.build(target);
    const used = of(await usage(), 'deliveryBytes').used;
    expect(used).toBeGreaterThan(bytes);
    expect(of(await usage(), 'deliveryBytes')).toMatchObject({ limit: null, state: 'unlimited', origin: 'builtin' });
    await set({ deliveryBytes: Math.ceil(used * 1.2) }, '/quotas');
    expect(of(await usage(), 'deliveryBytes')).toMatchObject({ state: 'near', origin: 'installation' });
    const [warned] = expectOk(await administrator.get<Overview>('/api/v1/overview')).attention.filter(
      ({ kind }) => kind === 'quota',
    );
    expect(warned).toMatchObject({ organizationSlug: 'acme', quota: 'deliveryBytes', state: 'near' });
    await set({ deliveryBytes: used * 10 });
    expect(of(await usage(), 'deliveryBytes')).toMatchObject({ state: 'ok', origin: 'organization' });
  });

  it('R7-B3 of logs count what builds leave beside them, and say how much that is', async () => {
    const before = of(await usage(), 'logBytes').used;
    const build = await world.build(target);
    await rowsOf(world, "UPDATE build SET warnings = to_jsonb(ARRAY[repeat('x', 100000)]) WHERE id = $1", [build.id]);
    const after = await usage();
    expect(of(after, 'logBytes').used - before).toBeGreaterThan(100_000);
    expect(after.recordBytes).toBe(of(after, 'logBytes').used);
    expect(of(after, 'logBytes').label).toBe('Logs and records');
    await set({ logBytes: 100_000 });
    expect(of(await usage(), 'logBytes')).toMatchObject({ state: 'reached' });
  });

  it('of deliveries reject a proven call with its reason, and list it', async () => {
    const { deliveryId: stored } = (await (await world.push(await world.project(administrator, acme))).json()) as {
      deliveryId: string;
    };
    await set({ deliveryBytes: 10 });
    const answer = await world.push(target);
    expect(answer.status).toBe(429);
    const problem = (await answer.json()) as { code: string; detail: string };
    expect(problem).toMatchObject({ code: 'quota_exceeded', detail: expect.stringContaining('deliveries') });
    const path = `/api/v1/projects/${target.project.id}/refusals`;
    await expect
      .poll(async () => expectOk(await administrator.get<Page<RefusalView>>(path)).items.map(({ code }) => code))
      .toEqual(['quota_exceeded']);
    // A replay is stored with its body, so it is bounded as well.
    await rowsOf(world, 'UPDATE delivery SET project_id = $1 WHERE id = $2', [target.project.id, stored]);
    const replay = await administrator.post(`/api/v1/deliveries/${stored}/replay`, {});
    expect([replay.status, problemOf(replay).code]).toEqual([429, 'quota_exceeded']);
    // A call without a proof learns nothing of it.
    expect((await world.push(target, { signature: 'sha256=00' })).status).toBe(401);
  });

  it('R13B-6 of deliveries are reached by headers and rows too, however short the bodies are', async () => {
    const noise = Object.fromEntries(
      Array.from({ length: 12 }, (_, at) => [`x-${at}`, randomBytes(700).toString('base64')]),
    );
    const call = () => world.push(target, { payload: '{"ref":"x"}', headers: { ...noise, 'x-github-event': 'ping' } });
    const before = of(await usage(), 'deliveryBytes').used;
    expect((await call()).status).toBe(202);
    const each = of(await usage(), 'deliveryBytes').used - before;
    expect(each).toBeGreaterThan(4_000);
    // Headers are bounded as well.
    expect(each).toBeLessThan(1_024 + 4_096 + 100);
    await set({ deliveryBytes: before + 4 * each + 100 });
    // In a project of its own: what was counted of another one holds for a while.
    target = await world.project(administrator, acme);
    const statuses: number[] = [];
    for (let at = 0; at < 5; at++) statuses.push((await call()).status);
    expect(statuses).toEqual([202, 202, 202, 429, 429]);
    expect(of(await usage(), 'deliveryBytes').used).toBe(before + 4 * each);
  });

  it('R5-A7 of projects refuse one more with the reason and whom to ask, however many are made at once', async () => {
    const { used, limit } = of(await usage(), 'projects');
    expect([used > 0, limit]).toEqual([true, 500]);
    await set({ projects: used + 2 });
    const make = (slug: string) => {
      const remoteUrl = 'https://git.example/x.git';
      return administrator.post('/api/v1/projects', { organizationId: acme, slug, name: slug, remoteUrl });
    };
    const answers = await Promise.all(Array.from({ length: 6 }, (_, at) => make(`many-${at}`)));
    expect(answers.map(({ status }) => status).toSorted()).toEqual([201, 201, 429, 429, 429, 429]);
    const problem = problemOf(answers.find(({ status }) => status === 429)!);
    expect(problem.code).toBe('quota_exceeded');
    expect(problem.detail).toContain(`projects, ${used + 2} of ${used + 2}`);
    expect(problem.detail).toContain('an administrator of the installation can raise it');
    expect(of(await usage(), 'projects')).toMatchObject({ used: used + 2, state: 'reached', origin: 'organization' });
    expectOk(await administrator.ask('DELETE', `/api/v1/projects/${target.project.id}`), 204);
    expectOk(await make('one-more'), 201);
  });

  it('of waiting builds let a push wait, and refuse a retry', async () => {
    const first = await world.build(target);
    const { used } = of(await usage(), 'queuedBuilds');
    await set({ queuedBuilds: used });
    const commit = randomCommit();
    const { deliveryId } = (await (await world.push(target, { commit })).json()) as { deliveryId: string };
    await expect(world.evaluate(deliveryId, commit)).rejects.toThrow(`${used} of ${used}`);
    await rowsOf(world, "UPDATE build SET status = 'failed' WHERE id = $1", [first.id]);
    await set({ queuedBuilds: used - 1 });
    const retry = await administrator.post(`/api/v1/builds/${first.id}/retry`, {});
    expect([retry.status, problemOf(retry).code]).toEqual([429, 'quota_exceeded']);
    await set({ queuedBuilds: used });
    expectOk(await administrator.post(`/api/v1/builds/${first.id}/retry`, {}), 201);
  });

  it('R-M4 of one build are ceilings that a project cannot be saved above', async () => {
    await set({ cpus: 1.5, memoryBytes: 2 ** 28 });
    const path = `/api/v1/projects/${target.project.id}`;
    const over = await administrator.ask('PATCH', path, { limits });
    expect(over.status).toBe(400);
    expect(problemOf(over).errors?.map((error) => error.path)).toEqual(['limits.cpus', 'limits.memoryBytes']);
    expect(problemOf(over).errors?.[0]?.message).toContain('at most 1.5 processors');
    const made = {
      organizationId: acme,
      slug: `p-${randomUUID().slice(0, 8)}`,
      name: 'x',
      remoteUrl: 'https://git.example/x.git',
    };
    expect((await administrator.post('/api/v1/projects', { ...made, limits })).status).toBe(400);
    const within = { ...limits, cpus: 1, memoryBytes: 2 ** 28 };
    expect(expectOk(await administrator.ask<Project>('PATCH', path, { limits: within })).limits).toMatchObject({
      cpus: 1,
    });
    // What is not about limits is saved, also where a ceiling became lower afterwards.
    await set({ cpus: 0.5 });
    expectOk(await administrator.ask('PATCH', path, { name: 'Another' }));
  });

  it('R2-N1 of one build are ceilings of processes and disk too, also where nobody set them', async () => {
    const path = `/api/v1/projects/${target.project.id}`;
    const save = (asked: object) => administrator.ask<Project>('PATCH', path, { limits: { ...limits, ...asked } });
    expect((await usage()).ceilings).toMatchObject({ pids: 4096, diskBytes: 2 ** 35 });
    const over = await save({ pids: 100_000, diskBytes: 2 ** 40 });
    expect(over.status).toBe(400);
    expect(problemOf(over).errors).toEqual([
      { path: 'limits.pids', message: expect.stringContaining('at most 4096 processes: the ceiling') },
      { path: 'limits.diskBytes', message: expect.stringContaining('at most 34359738368 bytes: the ceiling') },
    ]);
    // Null is the most that is allowed.
    expectOk(await save({ pids: null, diskBytes: null }));
    await set({ pids: 128, diskBytes: 2 ** 30 });
    expect((await usage()).ceilings).toMatchObject({ pids: 128, diskBytes: 2 ** 30 });
    expect(problemOf(await save({ pids: 129 })).errors?.map((error) => error.path)).toEqual(['limits.pids']);
    expectOk(await save({ pids: 128, diskBytes: 2 ** 30 }));
    // The usual limits are above these ceilings, and nobody has asked for them.
    const made = { slug: `p-${randomUUID().slice(0, 8)}`, name: 'x', remoteUrl: 'https://git.example/x.git' };
    expectOk(await administrator.post('/api/v1/projects', { organizationId: acme, ...made }), 201);
  });

  it('R2-M-3 of one build is a ceiling of time too, which only an administrator of the installation raises', async () => {
    const path = `/api/v1/projects/${target.project.id}`;
    const save = (timeoutMs: number) =>
      administrator.ask<Project>('PATCH', path, { limits: { ...limits, timeoutMs, cpus: null, memoryBytes: null } });
    await set({});
    expect((await usage()).ceilings).toMatchObject({ timeoutMs: 7_200_000 });
    expect(problemOf(await save(86_400_000)).errors).toEqual([
      { path: 'limits.timeoutMs', message: expect.stringContaining('at most 120 minutes: the ceiling') },
    ]);
    expectOk(await save(7_200_000));
    await set({ timeoutMs: 14_400_000 });
    expect((await usage()).ceilings).toMatchObject({ timeoutMs: 14_400_000 });
    expectOk(await save(14_400_000));
    const owner = await world.member(administrator, acme, 'owner');
    const raise = { timeoutMs: 86_400_000 };
    expect((await owner.ask('PUT', `/api/v1/organizations/${acme}/quotas`, raise)).status).toBe(403);
  });

  it('are changed by administrators of the installation alone, audited', async () => {
    const member = await world.member(administrator, acme, 'owner');
    expect((await member.ask('PUT', `/api/v1/organizations/${acme}/quotas`, { weight: 9999 })).status).toBe(403);
    expect((await member.ask('PUT', '/api/v1/quotas', {})).status).toBe(403);
    expectOk(await member.get(`/api/v1/organizations/${acme}/usage`));
    await set({ weight: 300 });
    expect((await usage()).weight).toBe(300);
    const [entry] = await rowsOf(
      world,
      "SELECT organization_id, after FROM audit_entry WHERE action = 'quota.change' ORDER BY at DESC, organization_id NULLS LAST LIMIT 1",
    );
    expect(entry).toMatchObject({ after: { weight: 300 } });
    expect((await administrator.ask('PUT', '/api/v1/quotas', { weight: 0 })).status).toBe(400);
  });
});
