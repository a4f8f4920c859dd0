import type { Build, BuildSummary, DeliveryView, Dockerfile, Page, Steps } from '@cooperage/contracts';
import { type BuildRecord, StepRepository } from '@cooperage/db';
import { decodeLogEntries } from '@cooperage/domain';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ApiWorld, organizationOf, randomCommit, type TestProject } from '../../spec/api-world.js';
import { rowsOf } from '../../spec/rows.js';
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
        ...{ ordinal: 3, vertexId, name: 'RUN false', stage: null, platform: null, internal: false, cached: false },
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

describe('S-082 a hundred times at once', () => {
  it('a cancel has one effect', async () => {
    const build = await world.build(target);
    const answers = await Promise.all(
      Array.from({ length: 100 }, () => owner.post(`/api/v1/builds/${build.id}/cancel`)),
    );
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(new Set(answers.filter(({ status }) => status !== 200).map((answer) => problemOf(answer).code))).toEqual(
      new Set(['too_late']),
    );
    expect(await get(build)).toMatchObject({
      status: 'canceled',
      cancelRequestedBy: 'Olga Owner',
      can: { cancel: false, retry: true },
    });
    const events = await rowsOf(world, "SELECT actor FROM build_event WHERE build_id = $1 AND event = 'cancel'", [
      build.id,
    ]);
    expect(events).toEqual([{ actor: 'Olga Owner' }]);
    const audit = await rowsOf(world, "SELECT 1 FROM audit_entry WHERE action = 'build.cancel' AND subject_id = $1", [
      build.id,
    ]);
    expect(audit).toHaveLength(1);
  });

  it('retries are as many new builds, each with a number of its own, all linked to the old one', async () => {
    const build = await world.build(target);
    expect((await owner.post(`/api/v1/builds/${build.id}/retry`, {})).status).toBe(409);
    expectOk(await owner.post(`/api/v1/builds/${build.id}/cancel`));
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => owner.post<Build>(`/api/v1/builds/${build.id}/retry`, { noCache: true })),
    );
    const retries = answers.map((answer) => expectOk(answer, 201));
    expect(new Set(retries.map(({ number }) => number)).size).toBe(20);
    for (const retry of retries)
      expect(retry).toMatchObject({
        retryOf: build.id,
        retryOfNumber: build.number,
        trigger: 'retry',
        commit: build.commit,
      });
    expect((await get(build)).status).toBe('canceled');
  });
});

describe('a running build', () => {
  it('is canceled when its worker says so', async () => {
    const build = await world.build(target);
    const attempt = await worker.claim(build);
    const canceling = expectOk(await owner.post<Build>(`/api/v1/builds/${build.id}/cancel`));
    expect(canceling).toMatchObject({ status: 'canceling', stoppedAt: null });
    expect(problemOf(await owner.post(`/api/v1/builds/${build.id}/cancel`)).code).toBe('conflict');
    await worker.attempts.stopped(attempt, worker.instanceId);
    expect(await get(build)).toMatchObject({ status: 'canceled', stoppedAt: expect.any(String) });
  });
});

describe('a log', () => {
  const texts = ['first\n', 'second\n', '\u001b[31mred\u001b[0m <script>alert(1)</script>\n', 'no end'];

  it('is the same in every form', async () => {
    const build = await world.build(target);
    const attempt = await worker.claim(build);
    await worker.print(attempt, ...texts.slice(0, 2));
    await worker.print(attempt, ...texts.slice(2));
    const path = `/api/v1/builds/${build.id}/log`;
    expect((await owner.get(path)).text).toBe(texts.join(''));
    const lines = (await owner.get(`${path}?format=jsonl&from=2`)).text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as { text: string });
    expect(lines.map(({ text }) => text)).toEqual(texts.slice(2));
    expect((await owner.get(`${path}/lines?first=1&count=1`)).text).toBe('second\n');
  });

  it('is read in ranges, up to its end', async () => {
    const build = await world.build(target);
    const attempt = await worker.claim(build);
    for (const text of texts) await worker.print(attempt, text);
    const read = async (from: number, limit = 1) => {
      const response = await fetch(
        `${world.origin}/api/v1/builds/${build.id}/log/entries?from=${from}&limit=${limit}`,
        { headers: { cookie: owner.cookie } },
      );
      const entries = decodeLogEntries(new Uint8Array(await response.arrayBuffer()));
      return {
        texts: entries.map(({ data }) => Buffer.from(data).toString()),
        next: response.headers.get('x-log-next'),
        complete: response.headers.get('x-log-complete'),
      };
    };
    expect(await read(0)).toEqual({ texts: [texts[0]], next: '1', complete: 'false' });
    expect(await read(1, 1_000_000)).toEqual({ texts: texts.slice(1), next: '4', complete: 'false' });
    expect(await read(4)).toEqual({ texts: [], next: '4', complete: 'false' });
    await worker.finishLog(attempt);
    expect(await read(4)).toEqual({ texts: [], next: '4', complete: 'true' });
  });

  it('S-086 is text to be saved, and never a page', async () => {
    const build = await world.build(target);
    await worker.print(await worker.claim(build), texts[2]!);
    for (const [path, type] of [
      ['log', 'text/plain; charset=utf-8'],
      ['log/lines', 'text/plain; charset=utf-8'],
      ['log/entries', 'application/octet-stream'],
    ] as const) {
      const { headers } = await owner.get(`/api/v1/builds/${build.id}/${path}`);
      expect(headers.get('content-type')).toBe(type);
      expect(headers.get('content-disposition')).toMatch(/^attachment/);
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.get('content-security-policy')).toContain('sandbox');
    }
  });

  it('of a build that no worker has taken is not there', async () => {
    const build = await world.build(target);
    expect((await owner.get(`/api/v1/builds/${build.id}/log`)).status).toBe(404);
  });

  it('takes numbers that are some', async () => {
    const build = await world.build(target);
    await worker.claim(build);
    for (const query of ['from=-1', 'from=1e99', 'limit=0', 'limit=99999999', 'attempt=0', 'attempt=x', 'x=1'])
      expect((await owner.get(`/api/v1/builds/${build.id}/log/entries?${query}`)).status, query).toBe(400);
  });
});

describe('the workers page', () => {
  it('shows which builds of ours a worker has', async () => {
    const build = await world.build(target);
    await worker.claim(build);
    const { items } = expectOk(
      await owner.get<Page<{ id: string; state: string; builds: { id: string }[] }>>('/api/v1/workers'),
    );
    const shown = items.find(({ id }) => id === worker.instanceId);
    expect(shown?.state).toBe('busy');
    expect(shown?.builds.map(({ id }) => id)).toContain(build.id);
  });
});
