import { BuildRepository, newId } from '@cooperage/db';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EvaluateBench } from '../../../spec/evaluate-bench.js';

describe('what the holder of a hook secret says moves no tag from one protected ref to another', () => {
  let bench: EvaluateBench;
  beforeAll(async () => {
    bench = await EvaluateBench.open();
  });
  afterAll(() => bench.close());

  const commit: EvaluateBench['commit'] = (...said) => bench.commit(...said);
  const [older, newer] = ['refs/heads/release/1.x', 'refs/heads/release/2.x'];
  /** Both lines have two commits. `stable` is of the newer one, which was pushed last. @param isOldPushed or the older line was there before the project */
  const lines = async (isOldPushed: boolean) => {
    const project = await bench.project({ defaultBranch: 'main', protectedBranches: ['release/*'] });
    await bench.world.db.prisma.rule.deleteMany({ where: { projectId: project.id } });
    const rule = await bench.rule(project, 'branch', 'release/*', ['{{branch}}', 'stable']);
    await commit(project, 'main');
    const line = async (ref: string) => {
      const inner = await commit(project, `inner of ${ref}`, [], ref);
      return { inner, head: await commit(project, `head of ${ref}`, [inner], ref) };
    };
    const [old, now] = [await line(older), await line(newer)];
    const push = async (ref: string, after: string) => {
      const delivery = await bench.push(project, ref, { after });
      for (const { buildId } of delivery.verdicts) {
        if (buildId !== null) await bench.publish((await new BuildRepository(bench.world.db).find(buildId))!);
      }
      return delivery;
    };
    if (isOldPushed) await push(older, old.head);
    await push(newer, now.head);
    const tags = { 'release-2.x': now.head, stable: now.head };
    return { ...{ project, rule, old, push }, tags: isOldPushed ? { ...tags, 'release-1.x': old.head } : tags };
  };

  it('R24B-1 where it says again what is the head of the older one, behind a call for a commit before it', async () => {
    const { project, old, push, tags } = await lines(true);
    expect(await bench.tags(project)).toEqual(tags);
    await push(older, old.inner);
    const [again] = (await push(older, old.head)).verdicts;
    expect(again).toMatchObject({ matched: false, reason: 'already_built' });
    expect(await bench.tags(project)).toEqual(tags);
  });

  it('R24B-1 where a rule came after the evaluation of the older one, or its builds were deleted', async () => {
    const { project, rule, old, push, tags } = await lines(true);
    const { id: _id, ...rest } = await bench.world.db.prisma.rule.findUniqueOrThrow({ where: { id: rule } });
    await bench.world.db.prisma.rule.delete({ where: { id: rule } });
    await bench.world.db.prisma.rule.create({ data: { ...rest, id: newId() } });
    const [built] = (await push(older, old.head)).verdicts;
    expect(built).toMatchObject({ matched: true, tags: ['release-1.x', 'stable'] });
    expect(await bench.tags(project)).toEqual(tags);
  });

  it('R24B-1 where a person starts the older one after such a call', async () => {
    const { project, rule, old, push, tags } = await lines(true);
    await push(older, old.head);
    await bench.start(project, older, rule);
    await bench.publish(await bench.buildOf(project, old.head));
    expect(await bench.tags(project)).toEqual(tags);
  });

  it('R24B-1 where the head of the older one was started by hand, and the git host has a newer one by now', async () => {
    const { project, rule, old, push, tags } = await lines(true);
    const next = await commit(project, 'next', [old.head], older);
    await bench.start(project, older, rule);
    await bench.publish(await bench.buildOf(project, next));
    const started = { ...tags, 'release-1.x': next, stable: next };
    expect(await bench.tags(project)).toEqual(started);
    const newest = await commit(project, 'newest', undefined, newer);
    await push(newer, newest);
    await commit(project, 'not delivered yet', [next], older);
    await push(older, next);
    expect(await bench.tags(project)).toEqual({ ...started, 'release-2.x': newest, stable: newest });
  });

  it('R24B-3 where it names a commit behind the head of a line that nobody pushed yet', async () => {
    const { project, old, push, tags } = await lines(false);
    const [built] = (await push(older, old.inner)).verdicts;
    expect(built).toMatchObject({ matched: true });
    expect(await bench.tags(project)).toEqual(tags);
  });
});
