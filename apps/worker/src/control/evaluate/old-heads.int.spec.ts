import { BuildRepository } from '@cooperage/db';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EvaluateBench } from '../../../spec/evaluate-bench.js';

const main = 'refs/heads/main';

describe('an old head of a ref', () => {
  let bench: EvaluateBench;
  beforeAll(async () => {
    bench = await EvaluateBench.open();
  });
  afterAll(() => bench.close());

  const commit: EvaluateBench['commit'] = (...said) => bench.commit(...said);
  const forcePush: EvaluateBench['forcePush'] = (...said) => bench.forcePush(...said);

  describe('R-H2 only the newest head that was observed moves tags', () => {
    /** X was pushed and built, then Y was forced in its place and built. */
    const forced = async (proof: 'hmac-sha256' | 'token' | 'bearer') => {
      const project = await bench.project();
      const base = await commit(project, 'base');
      const x = await commit(project, 'x', [base]);
      await bench.push(project, main, { after: x, text: 'body of x', proof });
      await bench.publish(await bench.buildOf(project, x));
      const y = await commit(project, 'y', [base]);
      await bench.push(project, main, { after: y, text: 'body of y', proof });
      await bench.publish(await bench.buildOf(project, y));
      expect(await bench.tags(project)).toEqual({ latest: y, main: y });
      return { project, base, x, y };
    };

    it.each(['hmac-sha256', 'token', 'bearer'] as const)(
      'R-H2 starts no build for a body that is sent again under another id, proven by %s',
      async (proof) => {
        const { project, x, y } = await forced(proof);
        const replayed = await bench.push(project, main, { after: x, text: 'body of x', proof });
        expect(replayed).toMatchObject({ status: 'evaluated', reason: 'replayed', verdicts: [] });
        expect(replayed.sameBodyAs).not.toBeNull();
        const again = await bench.push(project, main, { after: y, text: 'body of y', proof });
        expect(again).toMatchObject({ status: 'evaluated', reason: 'replayed' });
        expect(await bench.built(project)).toEqual([x, y]);
        expect(await bench.tags(project)).toEqual({ latest: y, main: y });
      },
    );

    it('R-H2 starts no build for the replay of an older head of the same line [A3 replay]', async () => {
      const project = await bench.project();
      const [first, second] = [await commit(project, '1'), await commit(project, '2')];
      await bench.push(project, main, { after: first, text: 'body of 1' });
      await bench.push(project, main, { after: second, text: 'body of 2' });
      expect(await bench.push(project, main, { after: first, text: 'body of 1' })).toMatchObject({
        reason: 'replayed',
      });
      expect(await bench.built(project)).toEqual([first, second]);
    });

    it('R-H2 moves the tags back where the git host was honestly forced back, even if the body is one that came before [A3 replay]', async () => {
      const { project, x, y } = await forced('bearer');
      await forcePush(project, x);
      expect(await bench.push(project, main, { after: x, text: 'body of x' })).toMatchObject({ reason: null });
      await bench.publish(await bench.buildOf(project, x));
      expect(await bench.tags(project)).toEqual({ latest: x, main: x });
      expect(await bench.built(project)).toEqual([x, y, x]);
    });

    it('R-H2 leaves the tags where they are when a build ends whose commit was forced away meanwhile [A3 replay]', async () => {
      const project = await bench.project();
      const base = await commit(project, 'base');
      const x = await commit(project, 'x', [base]);
      await bench.push(project, main, { after: x });
      await bench.push(project, main, { after: await commit(project, 'y', [base]) });
      expect(await bench.publish(await bench.buildOf(project, x))).toMatchObject({ status: 'succeeded' });
      expect(await bench.tags(project)).toEqual({});
    });

    it('R-H2 lets the build of an older commit of the same line move the tags until the newer one has ended', async () => {
      const project = await bench.project();
      await bench.push(project, main, { after: await commit(project, '0') });
      const [first, second] = [await commit(project, '1'), await commit(project, '2')];
      for (const after of [first, second]) await bench.push(project, main, { after });
      await bench.publish(await bench.buildOf(project, first));
      expect(await bench.tags(project)).toEqual({ latest: first, main: first });
      await bench.publish(await bench.buildOf(project, second));
      expect(await bench.tags(project)).toEqual({ latest: second, main: second });
    });

    it('R-H2 a retry of a build whose commit was forced away moves no tag, whatever became of the newer one', async () => {
      const { project, x, y } = await forced('hmac-sha256');
      const builds = new BuildRepository(bench.world.db);
      const old = await bench.buildOf(project, x);
      const retried = await builds.createRetry(old.id, { noCache: false, actorName: 'ada' });
      if (!retried.ok) throw new Error(retried.reason);
      await bench.publish((await builds.find(retried.buildId))!);
      expect(await bench.tags(project)).toEqual({ latest: y, main: y });
      await bench.world.db.prisma.imageTag.deleteMany({ where: { projectId: project.id } });
      const second = await builds.createRetry(old.id, { noCache: false, actorName: 'ada' });
      if (!second.ok) throw new Error(second.reason);
      await bench.publish((await builds.find(second.buildId))!);
      expect(await bench.tags(project)).toEqual({});
    });

    describe('behind a start by hand', () => {
      /** `old` was pushed and built, then `head`, and the tags are there. */
      const pushed = async () => {
        const project = await bench.project();
        const old = await commit(project, 'old');
        await bench.push(project, main, { after: old, text: 'body of old' });
        const head = await commit(project, 'head', [old]);
        await bench.push(project, main, { after: head, text: 'body of head' });
        await bench.publish(await bench.buildOf(project, head));
        expect(await bench.tags(project)).toEqual({ latest: head, main: head });
        return { project, old, head };
      };

      it('R21F-2 builds a roll-back whose commit was also the last one built', async () => {
        const { project, old } = await pushed();
        // Another delivery of the old commit, late: its build is the newest.
        await bench.push(project, main, { after: old, text: 'another body of old' });
        await forcePush(project, old);
        await bench.start(project, main, null);
        const rolledBack = await bench.push(project, main, { after: old, text: 'a third body of old' });
        expect(rolledBack.verdicts.filter(({ matched }) => matched)).toHaveLength(1);
        await bench.publish(await bench.buildOf(project, old));
        expect(await bench.tags(project)).toEqual({ latest: old, main: old });
      });

      it('R21F-3 builds a push back to the head that rules have judged, also of a body that came before', async () => {
        const { project, old, head } = await pushed();
        const { rule } = bench.world.db.prisma;
        const where = { projectId: project.id, name: 'branches' };
        const { id: ruleId } = await rule.findFirstOrThrow({ where });
        await rule.update({ where: { id: ruleId }, data: { includePaths: ['**'] } });
        await forcePush(project, old);
        await bench.start(project, main, ruleId);
        await bench.publish(await bench.buildOf(project, old));
        expect(await bench.tags(project)).toEqual({ latest: old, main: old });
        await forcePush(project, head);
        const back = await bench.push(project, main, { after: head, text: 'body of head' });
        expect(back.verdicts.filter(({ matched }) => matched)).toHaveLength(1);
        await bench.publish(await bench.buildOf(project, head));
        expect(await bench.tags(project)).toEqual({ latest: head, main: head });
      });
    });

    it('R21F-6 builds a late commit once, however many deliveries name it', async () => {
      const project = await bench.project();
      const [first, second] = [await commit(project, '1'), await commit(project, '2')];
      await bench.push(project, main, { after: second });
      for (const text of ['one', 'another']) await bench.push(project, main, { after: first, text });
      expect(await bench.built(project)).toEqual([second, first]);
    });

    it('a replay that a person asks for builds the newest head again', async () => {
      const { project, x, y } = await forced('hmac-sha256');
      const pushed = await bench.push(project, main, { after: y, replayOf: crypto.randomUUID() });
      expect(pushed).toMatchObject({ status: 'evaluated', reason: null });
      expect(await bench.built(project)).toEqual([x, y, y]);
    });

    it('a body whose first delivery failed is no replay', async () => {
      const project = await bench.project();
      const x = await commit(project, 'x');
      const url = (await bench.world.db.prisma.project.findUniqueOrThrow({ where: { id: project.id } })).remoteUrl;
      const setUrl = (remoteUrl: string) =>
        bench.world.db.prisma.project.update({ where: { id: project.id }, data: { remoteUrl } });
      await setUrl(bench.host.url('gone.git'));
      expect(await bench.push(project, main, { after: x, text: 'body of x' })).toMatchObject({ status: 'failed' });
      await setUrl(url);
      expect(await bench.push(project, main, { after: x, text: 'body of x' })).toMatchObject({ reason: null });
      expect(await bench.built(project)).toEqual([x]);
    });
  });
});
