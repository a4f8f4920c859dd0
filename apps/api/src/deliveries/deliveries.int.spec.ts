import { randomUUID } from 'node:crypto';
import type { Accepted, DeliveryView, DryRun, HookSilence, Page, RefusalView } from '@cooperage/contracts';
import { SilenceRepository } from '@cooperage/db';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ApiWorld, organizationOf, pushPayload, randomCommit, type TestProject } from '../../spec/api-world.js';
import { rowsOf } from '../../spec/rows.js';
import { expectOk, problemOf, type Visitor } from '../../spec/visitor.js';
import { waitFor } from '../../spec/wait-for.js';

let world: ApiWorld;
let owner: Visitor;
let rival: Visitor;
let acme: string;
let one: TestProject;
let two: TestProject;

beforeAll(async () => {
  world = await ApiWorld.open();
  owner = await world.owner();
  acme = await organizationOf(owner);
  rival = (await world.stranger(owner)).visitor;
  one = await world.project(owner, acme);
  two = await world.project(owner, acme);
});
afterAll(() => world.close());

const deliver = async (target: TestProject, options: Parameters<ApiWorld['push']>[1] = {}) =>
  ((await (await world.push(target, options)).json()) as Accepted).deliveryId;
const list = async (query: string, visitor = owner) =>
  expectOk(await visitor.get<Page<DeliveryView>>(`/api/v1/deliveries?${query}`));

describe('the ledger of all projects', () => {
  it('is paged from the newest on, over the projects, and nothing is missed or told twice', async () => {
    const made: string[] = [];
    for (const target of [one, two, two, one, two, one, one]) made.unshift(await deliver(target));
    const seen: string[] = [];
    let cursor = '';
    do {
      const page = await list(`limit=3${cursor && `&cursor=${cursor}`}`);
      seen.push(...page.items.map(({ id }) => id));
      cursor = page.next ?? '';
    } while (cursor !== '');
    expect(seen).toEqual(made);
    const { items } = await list(`project=${two.project.id}`);
    expect(items.map(({ id }) => id)).toEqual(made.filter((id) => items.some((item) => item.id === id)));
    expect(items).toHaveLength(3);
    expect(items[0]).toMatchObject({ projectSlug: two.project.slug, organizationSlug: 'acme' });
  });

  it('is narrowed by what came of a delivery', async () => {
    const target = await world.project(owner, acme);
    const built = await deliver(target);
    await world.evaluate(built, randomCommit());
    const nothing = await deliver(target, { ref: 'refs/tags/odd' });
    await world.evaluate(nothing, randomCommit());
    const ping = await deliver(target, { payload: '{"zen":"x"}', headers: { 'x-github-event': 'ping' } });
    const waiting = await deliver(target);
    for (const [outcome, id] of Object.entries({ built, nothing, ignored: ping, waiting, failed: null })) {
      const { items } = await list(`project=${target.project.id}&outcome=${outcome}`);
      expect([outcome, items.map((item) => item.id)]).toEqual([outcome, id === null ? [] : [id]]);
    }
    expect((await owner.get('/api/v1/deliveries?outcome=x')).status).toBe(400);
  });

  it('S-065 holds nothing of another tenant, by no filter and no cursor', async () => {
    expect((await list('', rival)).items).toEqual([]);
    expect((await rival.get(`/api/v1/deliveries?project=${one.project.id}`)).status).toBe(404);
    expect((await rival.get(`/api/v1/hook-silences?project=${one.project.id}`)).status).toBe(404);
    const { next } = await list('limit=1');
    // A cursor belongs to the caller who got it.
    expect((await rival.get(`/api/v1/deliveries?limit=5&cursor=${next}`)).status).toBe(400);
    expect((await owner.get(`/api/v1/deliveries?outcome=built&cursor=${next}`)).status).toBe(400);
  });
});

describe('the verdicts of a delivery', () => {
  /** A delivery that a hundred rules have judged, each in many words. The last two have started a build. */
  async function judged(): Promise<{ id: string; target: TestProject; builds: number[] }> {
    const target = await world.project(owner, acme);
    const builds = [await world.build(target), await world.build(target)];
    const id = await deliver(target);
    const tags = Array.from({ length: 20 }, (_, at) => `${at}`.padEnd(128, 'x'));
    const data = Array.from({ length: 100 }, (_, at) => ({
      ...{ id: uuidInOrder(at), deliveryId: id, ruleName: `rule ${at}`, reason: 'matched', matched: at >= 98 },
      ...{ explanation: `${at} ${'y'.repeat(at === 0 ? 30_000 : 4_000)}`, tags, buildId: builds[at - 98]?.id ?? null },
    }));
    await world.database.prisma.verdict.createMany({ data });
    return { id, target, builds: builds.map(({ number }) => number) };
  }

  it('R4-P5 are few in a list: builds first, texts cut, and with a count of what is left out', async () => {
    const { id, target, builds } = await judged();
    const answer = await owner.get<Page<DeliveryView>>(`/api/v1/deliveries?project=${target.project.id}`);
    expect(answer.text.length).toBeLessThan(30_000);
    const { verdicts, verdictsLeftOut } = expectOk(answer).items.find((item) => item.id === id)!;
    expect([verdicts.length, verdictsLeftOut]).toEqual([10, 90]);
    expect(verdicts.map(({ ruleName }) => ruleName)).toEqual(
      [0, 1, 2, 3, 4, 5, 6, 7, 98, 99].map((at) => `rule ${at}`),
    );
    expect(verdicts.flatMap(({ buildNumber }) => buildNumber ?? [])).toEqual(builds);
    for (const { explanation, tags, tagsLeftOut } of verdicts) {
      expect(explanation).toMatch(/^\d+ y{300,500}…$/);
      expect([tags.length, tagsLeftOut]).toEqual([5, 15]);
    }
  });

  it('R4-P5 are all there in the delivery itself, in texts that are long enough for any rule', async () => {
    const { id } = await judged();
    const answer = await owner.get<DeliveryView>(`/api/v1/deliveries/${id}`);
    expect(answer.text.length).toBeLessThan(1_200_000);
    const { verdicts, verdictsLeftOut } = expectOk(answer);
    expect([verdicts.length, verdictsLeftOut]).toEqual([100, 0]);
    expect(verdicts.map(({ ruleName }) => ruleName)).toEqual(verdicts.map((_, at) => `rule ${at}`));
    expect(verdicts[0]?.explanation).toMatch(/^0 y{7000,9000}…$/);
    expect(verdicts[1]?.explanation).toBe(`1 ${'y'.repeat(4_000)}`);
    expect([verdicts[1]?.tags.length, verdicts[1]?.tagsLeftOut]).toEqual([20, 0]);
  });
});

describe('a refused call', () => {
  it('is kept with the secrets by which it was judged, and none of their values', async () => {
    const target = await world.project(owner, acme);
    const added = await owner.post<{ secret: string; prefix: string }>(
      `/api/v1/projects/${target.project.id}/hook-secrets`,
    );
    const { secret, prefix } = expectOk(added, 201);
    await world.push(target, { signature: `sha256=${'0'.repeat(64)}` });
    await waitFor(async () => {
      const answer = await owner.get<Page<RefusalView>>(`/api/v1/projects/${target.project.id}/refusals`);
      const [refusal] = expectOk(answer).items;
      expect(refusal?.secretsTried.map((tried) => tried.prefix)).toEqual([prefix, target.secret.slice(0, 10)]);
      expect(Date.parse(refusal!.secretsTried[0]!.createdAt)).toBeGreaterThan(Date.now() - 60_000);
      for (const value of [secret, target.secret]) expect(answer.text).not.toContain(value);
    });
    const all = expectOk(await owner.get<Page<RefusalView>>('/api/v1/refusals')).items;
    expect(all.map(({ projectId }) => projectId)).toContain(target.project.id);
    expect(expectOk(await rival.get<Page<RefusalView>>('/api/v1/refusals')).items).toEqual([]);
  });
});

describe('a start by hand', () => {
  it('R12A-4 in the zone of forks is replayed by an admin, as it was started', async () => {
    const target = await world.project(owner, acme);
    const path = `/api/v1/projects/${target.project.id}/builds`;
    const start = async (zone: 'fork' | null) =>
      expectOk(await owner.post<DeliveryView>(path, { ref: 'refs/heads/main', zone }), 202).id;
    const replay = (id: string, visitor: Visitor) => visitor.post<DeliveryView>(`/api/v1/deliveries/${id}/replay`);
    const [developer, admin] = [await world.member(owner, acme, 'developer'), await world.member(owner, acme, 'admin')];
    const fork = await start('fork');
    expect(problemOf(await replay(fork, developer))).toMatchObject({ status: 403, neededRole: 'admin' });
    const again = expectOk(await replay(fork, admin), 202);
    expect(problemOf(await replay(again.id, developer))).toMatchObject({ status: 403, neededRole: 'admin' });
    expectOk(await replay(await start(null), developer), 202);
    expectOk(await replay(await deliver(target), developer), 202);
  });
});

describe('a dry run', () => {
  const dryRun = (id: string, visitor = owner) => visitor.get<DryRun>(`/api/v1/deliveries/${id}/dry-run`);
  const pushed = (paths: readonly string[], ref = 'refs/heads/main') => {
    const commit = { added: paths, modified: [], removed: [] };
    return JSON.stringify({ ...JSON.parse(pushPayload(ref)), commits: [commit] });
  };

  it('judges what arrived by the rules as they are now, and starts nothing', async () => {
    const target = await world.project(owner, acme);
    const id = await deliver(target, { payload: pushed(['docs/a.md'], 'refs/heads/topic') });
    const before = await rowsOf(world, 'SELECT count(*) FROM delivery UNION ALL SELECT count(*) FROM outbox');
    const rule = {
      name: 'topics',
      refKind: 'branch',
      refPattern: 'topic',
      tags: ['t-{{sha}}'],
      includePaths: ['src/**'],
    };
    expectOk(await owner.post(`/api/v1/projects/${target.project.id}/rules`, rule), 201);
    const run = expectOk(await dryRun(id));
    const verdict = run.verdicts.find(({ ruleName }) => ruleName === 'topics');
    expect(run.changedPaths).toEqual(['docs/a.md']);
    expect(verdict).toMatchObject({ matched: false, reason: 'paths_do_not_match' });
    expect(await rowsOf(world, 'SELECT count(*) FROM delivery UNION ALL SELECT count(*) FROM outbox')).toEqual(before);
  });

  it('says so where the call does not list its paths, and takes rules with paths to match', async () => {
    const target = await world.project(owner, acme);
    const rule = { name: 'paths', refKind: 'branch', refPattern: '*', tags: ['x'], includePaths: ['src/**'] };
    expectOk(await owner.post(`/api/v1/projects/${target.project.id}/rules`, rule), 201);
    const run = expectOk(await dryRun(await deliver(target)));
    expect(run.changedPaths).toBeNull();
    expect(run.verdicts.find(({ ruleName }) => ruleName === 'paths')).toMatchObject({ matched: true, tags: ['x'] });
  });

  it('R-H5 leaves out the tags that the build would not get, and says why', async () => {
    const target = await world.project(owner, acme);
    await world.build(target);
    const run = expectOk(await dryRun(await deliver(target, { payload: pushPayload('refs/heads/latest') })));
    const verdict = run.verdicts.find(({ matched }) => matched);
    expect(verdict).toMatchObject({ tags: [], explanation: expect.stringContaining('The tag latest is left out') });
  });

  it('R-H5 leaves out the tags of releases too where the git host was never asked for its default branch', async () => {
    const target = await world.project(owner, acme);
    const rules = [
      { name: 'releases', refKind: 'tag', refPattern: 'v*', tags: ['{{version}}'] },
      { name: 'numbers', refKind: 'branch', refPattern: '1.*', tags: ['{{branch}}'] },
    ];
    for (const rule of rules) expectOk(await owner.post(`/api/v1/projects/${target.project.id}/rules`, rule), 201);
    const run = expectOk(await dryRun(await deliver(target, { payload: pushPayload('refs/heads/1.2.3') })));
    expect(run.defaultBranch).toBeNull();
    expect(run.verdicts.find(({ ruleName }) => ruleName === 'numbers')).toMatchObject({
      ...{ matched: true, tags: [] },
      explanation: expect.stringContaining('The tag 1.2.3 is left out'),
    });
  });

  it('R-M10 does not read a body of more than 1 MiB', async () => {
    const target = await world.project(owner, acme);
    const payload = (length: number) => pushed(['docs/a.md', 'x'.repeat(length)]);
    expect(expectOk(await dryRun(await deliver(target, { payload: payload(1_000_000) }))).changedPaths).toHaveLength(2);
    expect(expectOk(await dryRun(await deliver(target, { payload: payload(1_100_000) }))).changedPaths).toBeNull();
  });

  it('R-M10 of one person too often has to wait, and others go on', async () => {
    const id = await deliver(one);
    const guest = await world.member(owner, acme, 'viewer');
    const runs = [];
    for (let count = 0; count < 31; count++) runs.push(await dryRun(id, guest));
    expect(runs.map(({ status }) => status)).toEqual([...Array<number>(30).fill(200), 429]);
    expect(Number(runs.at(-1)!.headers.get('retry-after'))).toBeGreaterThan(0);
    expect((await dryRun(id)).status).toBe(200);
  });

  it('knows what is built already', async () => {
    const target = await world.project(owner, acme);
    const commit = randomCommit();
    const id = await deliver(target, { commit });
    await world.evaluate(id, commit);
    const run = expectOk(await dryRun(id));
    expect(run.verdicts.map(({ reason }) => reason)).toContain('already_built');
  });

  it('of a call that names no commit is refused, and S-065 of another tenant is not there', async () => {
    const ping = await deliver(one, { payload: '{"zen":"x"}', headers: { 'x-github-event': 'ping' } });
    const refused = await dryRun(ping);
    expect([refused.status, problemOf(refused).code]).toEqual([409, 'conflict']);
    expect((await dryRun(await deliver(one), rival)).status).toBe(404);
    expect((await dryRun(randomUUID())).status).toBe(404);
  });
});

describe('a webhook that has gone quiet', () => {
  const silences = async (visitor = owner) =>
    expectOk(await visitor.get<Page<HookSilence>>('/api/v1/hook-silences')).items;

  it('is told where the default branch has moved, until something arrives', async () => {
    const target = await world.project(owner, acme);
    const { id } = target.project;
    const [old, moved] = [randomCommit(), randomCommit()];
    await world.evaluate(await deliver(target, { commit: old }), old);
    const rows = new SilenceRepository(world.database);
    const quiet = async () => (await rows.quiet(3_600_000, 60_000, 10)).map((project) => project.id);
    expect(await quiet()).not.toContain(id);
    await rowsOf(world, "UPDATE delivery SET received_at = now() - interval '6 days' WHERE project_id = $1", [id]);
    expect(await quiet()).toContain(id);

    await rows.note(id, 'refs/heads/main', old);
    expect(await quiet()).not.toContain(id);
    expect(await silences()).toEqual([]);
    await rows.note(id, 'refs/heads/main', null);
    expect(await silences()).toEqual([]);

    await rows.note(id, 'refs/heads/main', moved);
    expect(await silences()).toEqual([
      expect.objectContaining({ projectId: id, commit: moved, evaluatedCommit: old, ref: 'refs/heads/main' }),
    ]);
    expect(await silences(rival)).toEqual([]);
    await deliver(target, { commit: moved });
    expect(await silences()).toEqual([]);
  });

  const rows = () => new SilenceRepository(world.database);
  const main = 'refs/heads/main';

  /** A project whose last delivery is days ago, looked at for the last time before that many days. */
  async function quietProject(checkedDays: number, organization = acme, visitor = owner) {
    const target = await world.project(visitor, organization);
    const [{ id }, commit] = [target.project, randomCommit()];
    await world.evaluate(await deliver(target, { commit }), commit);
    await rowsOf(world, "UPDATE delivery SET received_at = now() - interval '60 days' WHERE project_id = $1", [id]);
    await rows().note(id, main, commit);
    const checked = 'UPDATE head_watch SET checked_at = now() - make_interval(days => $2) WHERE project_id = $1';
    await rowsOf(world, checked, [id, checkedDays]);
    return { id, ref: main, commit };
  }

  it('R5-B3 is noted before the git host is asked, and once', async () => {
    const project = await quietProject(20);
    const quiet = async () => (await rows().quiet(3_600_000, 60_000, 1_000)).map(({ id }) => id);
    expect(await quiet()).toContain(project.id);
    expect(await rows().begin(project, 60_000)).toBe(true);
    expect(await quiet()).not.toContain(project.id);
    expect(await rows().begin(project, 60_000)).toBe(false);
    expect(await rows().begin({ id: randomUUID(), ref: main }, 60_000)).toBe(false);
  });

  it('R5-B3 is still told while the git host is asked again, unless something arrived', async () => {
    const project = await quietProject(20);
    const told = async () => (await silences()).some(({ projectId }) => projectId === project.id);
    const moved = randomCommit();
    const since = async (commit: string, interval: string) => {
      await rows().note(project.id, main, commit);
      const past = 'UPDATE head_watch SET checked_at = now() - $2::interval WHERE project_id = $1';
      await rowsOf(world, past, [project.id, interval]);
    };
    await since(moved, '20 days');
    expect(await rows().begin(project, 60_000)).toBe(true);
    expect(await told()).toBe(true);
    await since(moved, '70 days');
    expect(await rows().begin(project, 60_000)).toBe(true);
    expect(await told()).toBe(false);
  });

  it('R5-B3 of one organization waits for one of each other', async () => {
    const mine = [await quietProject(400), await quietProject(399), await quietProject(398)].map(({ id }) => id);
    const { visitor, organizationId } = await world.stranger(owner, 'quiet');
    const other = await quietProject(100, organizationId, visitor);
    const order = (await rows().quiet(3_600_000, 60_000, 1_000)).map(({ id }) => id);
    expect(order.indexOf(other.id)).toBeLessThan(order.indexOf(mine[1]!));
    expect(mine.map((id) => order.indexOf(id))).toEqual(mine.map((id) => order.indexOf(id)).sort((a, b) => a - b));
  });
});

/** An id of which those with larger numbers are behind it. */
function uuidInOrder(at: number): string {
  return `${at.toString(16).padStart(8, '0')}${randomUUID().slice(8)}`;
}
