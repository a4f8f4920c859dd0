import type { Build, BuildSummary, DeliveryView, Dockerfile, Page, Rule, Steps } from '@cooperage/contracts';
import { type BuildRecord, StepRepository } from '@cooperage/db';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ApiWorld, organizationOf, randomCommit, type TestProject } from '../../spec/api-world.js';
import { expectOk, problemOf, type Visitor } from '../../spec/visitor.js';
import { TestWorker } from '../../spec/worker.js';

let world: ApiWorld;
let owner: Visitor;
let acme: string;
let target: TestProject;
let worker: TestWorker;

beforeAll(async () => {
  world = await ApiWorld.open();
  owner = await world.owner();
  acme = await organizationOf(owner);
  target = await world.project(owner, acme, { slug: 'hello' });
  worker = await TestWorker.start(world);
});
afterAll(() => world.close());

const get = async (build: BuildRecord) => expectOk(await owner.get<Build>(`/api/v1/builds/${build.id}`));

describe('builds', () => {
  it('are listed newest first and page by page, each of them once, while more come', async () => {
    const project = await world.project(owner, acme);
    const made: string[] = [];
    for (let at = 0; at < 7; at++) made.unshift((await world.build(project)).id);
    const seen: string[] = [];
    let next: string | null = '';
    while (next !== null) {
      const path: string = `/api/v1/builds?project=${project.project.id}&limit=3${next && `&cursor=${next}`}`;
      const page: Page<BuildSummary> = expectOk(await owner.get<Page<BuildSummary>>(path));
      seen.push(...page.items.map(({ id }) => id));
      next = page.next;
      if (seen.length === 3) await world.build(project);
    }
    expect(seen).toEqual(made);
  });

  it('are found by what they were made of', async () => {
    const commit = randomCommit();
    const build = await world.build(target, commit);
    const find = async (query: string) =>
      expectOk(await owner.get<Page<BuildSummary>>(`/api/v1/builds?project=${target.project.id}&${query}`)).items.map(
        ({ id }) => id,
      );
    expect(await find(`commit=${commit}`)).toEqual([build.id]);
    expect(await find(`commit=${commit.slice(0, 10)}`)).toEqual([build.id]);
    expect(await find('ref=refs/heads/main&status=queued')).toContain(build.id);
    expect(await find('status=succeeded')).toEqual([]);
    expect(await find('ref=refs/heads/mai')).toEqual([]);
  });

  it('are shown with their inputs, and by their number', async () => {
    const build = await world.build(target);
    const shown = await get(build);
    expect(shown).toMatchObject({
      ...{
        id: build.id,
        projectSlug: 'hello',
        organizationSlug: 'acme',
        status: 'queued',
        trigger: 'push',
        attempt: 0,
      },
      ...{ tags: ['main', 'latest'], verified: null, failure: null, attempts: [], can: { cancel: true, retry: false } },
      inputs: { dockerfilePath: 'Dockerfile', platform: 'linux/amd64', secretNames: [] },
    });
    const path = `/api/v1/projects/${target.project.id}/builds/by-number/${build.number}`;
    expect(expectOk(await owner.get<Build>(path))).toEqual(shown);
    expect((await owner.get(path.replace(/\d+$/, '99999'))).status).toBe(404);
  });

  it('by hand take the road of a delivery', async () => {
    const path = `/api/v1/projects/${target.project.id}/builds`;
    const asked = expectOk(await owner.post<DeliveryView>(path, { ref: 'refs/heads/main' }), 202);
    expect(asked).toMatchObject({
      eventName: 'manual',
      status: 'received',
      sender: 'Olga Owner',
      ref: 'refs/heads/main',
    });
    const [build] = await world.evaluate(asked.id, randomCommit());
    expect((await get(build!)).deliveryId).toBe(asked.id);
    for (const ref of ['main', '--upload-pack=x', 'refs/heads/a\nb', 'refs/pull/1/head', 'refs/heads/a..b'])
      expect((await owner.post(path, { ref })).status, ref).toBe(400);
    const otherRule = '01970000-0000-7000-8000-000000000000';
    expect((await owner.post(path, { ref: 'refs/heads/main', ruleId: otherRule })).status).toBe(404);
  });

  it('R5-C2 by hand of a protected ref are refused at once with a rule that is not for it', async () => {
    const path = `/api/v1/projects/${target.project.id}/builds`;
    const { items } = expectOk(await owner.get<Page<Rule>>(path.replace(/builds$/, 'rules')));
    const ruleOf = (kind: string) => items.find(({ refKind }) => refKind === kind)!.id;
    const ask = (ref: string, ruleId: string | null) => owner.post(path, { ref, ruleId });
    const refused = await ask('refs/tags/v1.0.0', ruleOf('branch'));
    expect(problemOf(refused)).toMatchObject({
      ...{ status: 400, code: 'validation_failed' },
      errors: [{ path: 'ruleId', message: expect.stringContaining('The rule is for a branch') }],
    });
    expect((await ask('refs/tags/1.0.0', ruleOf('tag'))).status).toBe(400);
    for (const [ref, ruleId] of [
      ['refs/tags/v1.0.0', ruleOf('tag')],
      ['refs/tags/1.0.0', null],
      ['refs/heads/topic', ruleOf('tag')],
    ] as const)
      expect((await ask(ref, ruleId)).status, ref).toBe(202);
  });

  it('by hand in the fork zone need an admin, have no rule, and are written down', async () => {
    const path = `/api/v1/projects/${target.project.id}/builds`;
    const ask = { ref: 'refs/heads/main', zone: 'fork' };
    const developer = await world.member(owner, acme, 'developer');
    expect(problemOf(await developer.post(path, ask))).toMatchObject({ status: 403, neededRole: 'admin' });
    expect((await developer.post(path, { ref: 'refs/heads/main' })).status).toBe(202);
    const { id: ruleId } = expectOk(await owner.get<Page<{ id: string }>>(path.replace(/builds$/, 'rules'))).items[0]!;
    expect((await owner.post(path, { ...ask, ruleId })).status).toBe(400);
    expect((await owner.post(path, { ...ask, zone: 'protected' })).status).toBe(400);
    const asked = expectOk(await owner.post<DeliveryView>(path, ask), 202);
    const body = await world.database.prisma.delivery.findUniqueOrThrow({ where: { id: asked.id } });
    expect(JSON.parse(Buffer.from(body.body!).toString())).toMatchObject({ zone: 'fork', ruleId: null });
    const audit = await world.database.prisma.auditEntry.findFirstOrThrow({ where: { subjectId: asked.id } });
    expect(audit.after).toMatchObject({ ref: 'refs/heads/main', zone: 'fork' });
  });

  it('that failed say whose turn it is, where, and in which step', async () => {
    const build = await world.build(target);
    const attempt = await worker.claim(build);
    const vertexId = `sha256:${'b'.repeat(64)}`;
    await new StepRepository(world.database).save(attempt.attemptId, [
      {
        ...{
          ordinal: 3,
          vertexId,
          name: 'RUN false',
          stage: null,
          target: null,
          platform: null,
          internal: false,
          cached: false,
        },
        startedAt: new Date(),
        completedAt: new Date(),
        error: 'exit 1',
        progressGroup: null,
      },
    ]);
    await worker.attempts.describe(attempt, 'ref', 'FROM scratch\nRUN false\n');
    const printed = Array.from({ length: 30 }, (_, at) => `line ${at}\n`);
    const printedAfter = Array.from({ length: 30 }, (_, at) => `after ${at}\n`);
    await worker.printOf(3, attempt, ...printed, '\u001b[31m10 %\rwrong type\u001b[0m\n', ...printedAfter);
    await worker.printOf(4, attempt, 'of another step\n');
    const place = { file: 'Dockerfile', line: 2, stepId: vertexId, exitCode: 1 };
    await worker.attempts.failed(
      attempt,
      worker.instanceId,
      { code: 'StepFailed', message: 'It failed.', place, logLine: { number: 31, text: 'wrong type' } },
      { retryable: false, attemptsLeft: false, pauseMs: 0 },
    );
    const shown = await get(build);
    expect(shown.failure).toMatchObject({
      ...{ code: 'StepFailed', blame: 'user', message: 'It failed.', advice: expect.stringContaining('last lines') },
      place: { file: 'Dockerfile', line: 2, exitCode: 1, stepOrdinal: 3 },
      logLine: { number: 31, text: 'wrong type' },
    });
    expect(shown.failure?.evidence).toMatchObject({ source: 'log', firstLine: 27 });
    expect(shown.failure?.evidence?.lines).toHaveLength(20);
    expect(shown.failure?.evidence?.lines.slice(3, 6)).toEqual(['line 29', 'wrong type', 'after 0']);
    expect(shown.attempts[0]).toMatchObject({ state: 'failed', workerName: 'builder-1' });
    expect(expectOk(await owner.get<Steps>(`/api/v1/builds/${build.id}/steps`)).steps[0]).toMatchObject({
      ordinal: 3,
      error: 'exit 1',
    });
    expect(expectOk(await owner.get<Dockerfile>(`/api/v1/builds/${build.id}/dockerfile`)).text).toContain('RUN false');
    expect((await owner.get(`/api/v1/builds/${build.id}/steps?attempt=2`)).status).toBe(404);
  });
});

describe('a build that failed before any step', () => {
  it('shows its file around the line', async () => {
    const build = await world.build(target);
    const attempt = await worker.claim(build);
    await worker.attempts.describe(attempt, 'ref', 'FROM scratch\nRUNN false\nRUN true\n');
    await worker.attempts.failed(
      attempt,
      worker.instanceId,
      { code: 'DockerfileInvalid', message: 'unknown', place: { file: 'Dockerfile', line: 2 } },
      { retryable: false, attemptsLeft: false, pauseMs: 0 },
    );
    expect((await get(build)).failure?.evidence).toEqual({
      source: 'file',
      firstLine: 1,
      lines: ['FROM scratch', 'RUNN false'],
    });
  });
});
