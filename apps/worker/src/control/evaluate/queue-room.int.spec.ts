import { EvaluationRepository } from '@cooperage/db';
import { BuildFailure } from '@cooperage/domain';
import type { Source } from '@cooperage/source';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type BenchProject, EvaluateBench } from '../../../spec/evaluate-bench.js';

const main = 'refs/heads/main';

describe('R-N10 a push that finds the queue of its organization full', () => {
  let bench: EvaluateBench;
  beforeAll(async () => {
    bench = await EvaluateBench.open();
  });
  afterAll(() => bench.close());

  /** A project whose organization may have so many builds waiting. */
  async function bounded(queuedBuilds: number): Promise<BenchProject> {
    const project = await bench.project();
    const { organizationId } = await bench.world.db.prisma.project.findUniqueOrThrow({ where: { id: project.id } });
    await bench.world.db.prisma.quota.create({ data: { scope: organizationId, queuedBuilds } });
    return project;
  }
  async function push(project: BenchProject, text: string, ref = main) {
    const after = await project.git.commit({ Dockerfile: `FROM scratch\n# ${text}\n` }, { ref });
    return { after, delivery: await bench.push(project, ref, { after }) };
  }
  const makeRoom = (project: BenchProject) =>
    bench.world.db.prisma.build.updateMany({ where: { projectId: project.id }, data: { status: 'failed' } });
  const promised = (deliveryId: string) =>
    bench.world.db.prisma.outbox.findMany({
      where: { topic: 'evaluate', subjectId: deliveryId },
      orderBy: { id: 'desc' },
    });

  it('R-N10 says what it waits for, and is built when there is room', async () => {
    const project = await bounded(1);
    const first = await push(project, '1');
    const second = await push(project, '2');
    expect(second.delivery).toMatchObject({ status: 'evaluating', reason: 'quota_queued_builds', verdicts: [] });
    expect(second.delivery.note).toMatch(/1 of 1\..*It is built when there is room/);
    const [again] = await promised(second.delivery.id);
    expect(again).toMatchObject({ attempts: 0, lockedUntil: null });
    expect(again!.availableAt.getTime()).toBeGreaterThan(again!.createdAt.getTime());
    expect(await bench.evaluate(second.delivery.id)).toMatchObject({ status: 'evaluating' });
    await makeRoom(project);
    const evaluated = await bench.evaluate(second.delivery.id);
    expect(evaluated).toMatchObject({ status: 'evaluated', reason: null, note: null });
    expect(await bench.built(project)).toEqual([first.after, second.after]);
  });

  it('V13-S1 keeps its note and its reason when a statement for it times out', async () => {
    const project = await bounded(1);
    await push(project, '1');
    const { delivery } = await push(project, '2');
    await new EvaluationRepository(bench.world.db).markSlow(delivery.id, 'slow');
    const row = await bench.world.db.prisma.delivery.findUniqueOrThrow({ where: { id: delivery.id } });
    const { status, reason, note, evaluationAttempts } = delivery;
    expect(row).toMatchObject({ status, reason, note, evaluationAttempts });
  });

  it('R14B-4 has all its tries at the git host again after it has found no room', async () => {
    const project = await bounded(1);
    await push(project, '1');
    const after = await project.git.commit({ Dockerfile: 'FROM scratch\n# 2\n' }, { ref: main });
    const id = await bench.receive(project, main, { after });
    const evaluations = new EvaluationRepository(bench.world.db);
    for (let tries = 0; tries < 4; tries++) await evaluations.markWaiting(id, 'away');
    expect(await bench.evaluate(id)).toMatchObject({ reason: 'quota_queued_builds', evaluationAttempts: 0 });
    await makeRoom(project);
    const away = async () => Promise.reject(new BuildFailure('SourceUnavailable', 'away'));
    const service = bench.serviceOn({ refs: away, prepare: away } as unknown as Source);
    expect(await bench.look(id, service)).toMatchObject({ done: false, retryInMs: 2_000 });
    expect(await bench.evaluate(id)).toMatchObject({ status: 'evaluated', failureCode: null });
    expect(await bench.built(project)).toContain(after);
  });

  it('R-N10 gives way to a newer push of its ref, and other refs wait for themselves', async () => {
    const project = await bounded(1);
    const first = await push(project, '1');
    const [older, side] = [await push(project, '2'), await push(project, 'side', 'refs/heads/side')];
    const newest = await push(project, '3');
    const { prisma } = bench.world.db;
    const ended = await prisma.delivery.findUniqueOrThrow({ where: { id: older.delivery.id } });
    expect(ended).toMatchObject({ status: 'evaluated', reason: 'quota_queued_builds' });
    expect(ended.note).toContain('newer push to refs/heads/main');
    await makeRoom(project);
    for (const { delivery } of [older, newest]) await bench.evaluate(delivery.id);
    expect(await bench.built(project)).toEqual([first.after, newest.after]);
    expect(await bench.evaluate(side.delivery.id)).toMatchObject({ status: 'evaluating' });
    await makeRoom(project);
    await bench.evaluate(side.delivery.id);
    expect(await bench.built(project)).toEqual([first.after, newest.after, side.after]);
  });

  it('R-N10 waits also where nothing may wait at all, until somebody raises that', async () => {
    const project = await bounded(0);
    const { after, delivery } = await push(project, '1');
    expect(delivery).toMatchObject({ status: 'evaluating', reason: 'quota_queued_builds' });
    await bench.world.db.prisma.quota.updateMany({ data: { queuedBuilds: 5 } });
    await bench.evaluate(delivery.id);
    expect(await bench.built(project)).toEqual([after]);
  });

  it('R-N10 starts what fits where more rules match than builds may ever wait', async () => {
    const project = await bounded(1);
    const { prisma } = bench.world.db;
    const rule = await prisma.rule.findFirstOrThrow({ where: { projectId: project.id, refKind: 'branch' } });
    await prisma.rule.create({ data: { ...rule, id: crypto.randomUUID(), name: 'again' } });
    const { after, delivery } = await push(project, '1');
    expect(delivery.status).toBe('evaluated');
    expect(delivery.verdicts.map(({ reason }) => reason).sort()).toEqual([
      'matched',
      'quota_queued_builds',
      'ref_kind_differs',
    ]);
    expect(await bench.built(project)).toEqual([after]);
  });
});
