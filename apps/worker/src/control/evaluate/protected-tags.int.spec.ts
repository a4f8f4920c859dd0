import { BuildRepository, TagPlans } from '@cooperage/db';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type BenchProject, EvaluateBench } from '../../../spec/evaluate-bench.js';

const main = 'refs/heads/main';

describe('tags of protected branches and releases', () => {
  let bench: EvaluateBench;
  beforeAll(async () => {
    bench = await EvaluateBench.open();
  });
  afterAll(() => bench.close());

  const commit: EvaluateBench['commit'] = (...said) => bench.commit(...said);
  const forcePush: EvaluateBench['forcePush'] = (...said) => bench.forcePush(...said);

  describe('R-H5 what protected branches and releases own is moved by nothing else', () => {
    const push = async (project: BenchProject, ref: string, word: string) => {
      const after = await commit(project, word, undefined, ref);
      const delivery = await bench.push(project, ref, { after });
      return { after, delivery, build: await bench.publish(await bench.buildOf(project, after)) };
    };

    it('R-H5 leaves latest, main and releases where they are, whatever a branch is called, and says so [A3 protected tags]', async () => {
      const project = await bench.project();
      const [head, release] = [await push(project, main, 'main'), await push(project, 'refs/tags/v1.2.3', 'release')];
      const before = { latest: head.after, main: head.after, '1.2.3': release.after, 'v1.2.3': release.after };
      expect(await bench.tags(project)).toEqual(before);
      for (const name of ['latest', '1.2.3', 'v1.2.3', '!main']) {
        const { delivery, build } = await push(project, `refs/heads/${name}`, name);
        const tag = name.replace('!', '');
        expect(build).toMatchObject({ status: 'succeeded', zone: 'branch', tags: [] });
        expect(build.leftOutTags).toEqual([{ tag, reason: 'owned_by_protected' }]);
        const words = delivery.verdicts.find(({ matched }) => matched)?.explanation;
        expect(words).toContain(`The tag ${tag} is left out: it belongs to a protected branch or a release.`);
      }
      expect(await bench.tags(project)).toEqual(before);
    });

    it('R-H5 leaves them out before anything has them, and gives a branch its own', async () => {
      const project = await bench.project({ protectedBranches: ['release/*'] });
      await commit(project, 'main');
      for (const [name, tag] of [
        ['latest', 'latest'],
        ['2.0.0', '2.0.0'],
        ['release-1', 'release-1'],
      ] as const)
        expect((await push(project, `refs/heads/${name}`, name)).build.leftOutTags).toEqual([
          { tag, reason: 'reserved_for_protected' },
        ]);
      const topic = await push(project, 'refs/heads/feature/x', 'x');
      expect(topic.build).toMatchObject({ tags: ['feature-x'], leftOutTags: [] });
      const released = await push(project, 'refs/heads/release/1', 'release');
      expect(await bench.tags(project)).toEqual({ 'feature-x': topic.after, 'release-1': released.after });
    });

    it('R5-C6 builds a git tag that the project does not protect as a branch, which moves no tag of a release', async () => {
      const project = await bench.project({ protectedTags: ['v*'] });
      await bench.rule(project, 'tag', 'nightly-*', ['{{tag}}', '1.2.3']);
      const release = await push(project, 'refs/tags/v1.2.3', 'release');
      const nightly = await push(project, 'refs/tags/nightly-7', 'nightly');
      expect([release.build.zone, nightly.build.zone]).toEqual(['protected', 'branch']);
      expect(nightly.build).toMatchObject({
        tags: ['nightly-7'],
        leftOutTags: [{ tag: '1.2.3', reason: 'owned_by_protected' }],
      });
      expect(await bench.tags(project)).toEqual({
        ...{ '1.2.3': release.after, 'v1.2.3': release.after, 'nightly-7': nightly.after },
      });
    });

    it('R5-C6 gives a new git tag no image tag that another one has, says so, and holds at the gate', async () => {
      const project = await bench.project();
      const first = await push(project, 'refs/tags/v1/2', 'release');
      const second = await push(project, 'refs/tags/v1-2', 'hostile');
      expect(second.build).toMatchObject({ zone: 'protected', tags: [] });
      expect(second.build.leftOutTags).toEqual([{ tag: 'v1-2', reason: 'owned_by_other_ref' }]);
      expect(second.delivery.verdicts.find(({ matched }) => matched)?.explanation).toContain(
        'The tag v1-2 is left out: it belongs to another git tag or protected branch.',
      );
      expect(await bench.tags(project)).toEqual({ 'v1-2': first.after });
      // Both are evaluated before either is published: then the gate alone is left.
      const [a, b] = [
        await commit(project, 'a', undefined, 'refs/tags/v3/4'),
        await commit(project, 'b', undefined, 'refs/tags/v3-4'),
      ];
      await bench.push(project, 'refs/tags/v3/4', { after: a });
      await bench.push(project, 'refs/tags/v3-4', { after: b });
      await bench.publish(await bench.buildOf(project, a));
      await bench.publish(await bench.buildOf(project, b));
      expect(await bench.tags(project)).toEqual({ 'v1-2': first.after, 'v3-4': a });
    });

    it('R5-C5 gives a branch that is called like a commit no tag of that commit, and the one of its own', async () => {
      const project = await bench.project();
      await bench.world.db.prisma.rule.deleteMany({ where: { projectId: project.id } });
      await bench.rule(project, 'branch', '**', ['{{branch}}', '{{sha}}']);
      await commit(project, 'main');
      const next = await commit(project, 'is merged soon', undefined, 'refs/pull/7/head');
      const [tag, ref] = [next.slice(0, 7), `refs/heads/${next.slice(0, 7)}`];
      const { build, after } = await push(project, ref, 'hostile');
      expect(build).toMatchObject({
        tags: [after.slice(0, 7)],
        leftOutTags: [{ tag, reason: 'reserved_for_protected' }],
      });
    });
  });

  describe('R5-C2 a person who starts or replays a build moves no protected tag back', () => {
    /** Two releases and main, each built: `stable` is of main, and `1` of the newer release. */
    const released = async () => {
      const project = await bench.project();
      await bench.world.db.prisma.rule.deleteMany({ where: { projectId: project.id } });
      const ofMain = await bench.rule(project, 'branch', 'main', ['stable']);
      const ofReleases = await bench.rule(project, 'tag', 'v*', ['{{version}}', '{{major}}']);
      const push = async (ref: string) => {
        const after = await commit(project, ref, undefined, ref);
        const delivery = await bench.push(project, ref, { after });
        await bench.publish(await bench.buildOf(project, after));
        return { after, delivery };
      };
      const [old, head] = [await push('refs/tags/v1.0.0'), await push(main)];
      const newer = await push('refs/tags/v1.9.0');
      const tags = { '1': newer.after, '1.0.0': old.after, '1.9.0': newer.after, stable: head.after };
      expect(await bench.tags(project)).toEqual(tags);
      return { ...{ project, ofMain, ofReleases, tags }, ...{ old: old.after, head: head.after, first: old.delivery } };
    };
    const imageOf = async (project: BenchProject, tag: string) =>
      (await bench.world.db.prisma.imageTag.findFirstOrThrow({ where: { projectId: project.id, tag } })).buildId;

    it('R5-C2 gives an old release no tag of the rule of main, and says why', async () => {
      const { project, old, ofMain, tags } = await released();
      const started = await bench.start(project, 'refs/tags/v1.0.0', ofMain);
      await bench.publish(await bench.buildOf(project, old));
      expect(await bench.tags(project)).toEqual(tags);
      expect(started.verdicts[0]).toMatchObject({ matched: true, tags: [] });
      expect(started.verdicts[0]!.explanation).toContain('Its image gets no tag. The rule is for a branch');
    });

    it('R5-C2 lets an old release that is started again renew its own tag, and not overtake a newer one', async () => {
      const { project, old, ofReleases, tags } = await released();
      await bench.start(project, 'refs/tags/v1.0.0', ofReleases);
      const build = await bench.publish(await bench.buildOf(project, old));
      expect(build).toMatchObject({ trigger: 'manual', tags: ['1.0.0', '1'] });
      expect(await bench.tags(project)).toEqual(tags);
      expect(await imageOf(project, '1.0.0')).toBe(build.id);
    });

    it('R5-C2 lets an old release whose delivery is replayed not overtake a newer one', async () => {
      const { project, old, first, tags } = await released();
      await bench.push(project, 'refs/tags/v1.0.0', { after: old, replayOf: first.id });
      const build = await bench.publish(await bench.buildOf(project, old));
      expect(build).toMatchObject({ trigger: 'replay', tags: ['1.0.0', '1'] });
      expect(await bench.tags(project)).toEqual(tags);
      expect(await imageOf(project, '1.0.0')).toBe(build.id);
    });

    it('R5-C2 puts releases that nobody built yet in the order of their commits, whoever asks for which one first', async () => {
      const { project, ofReleases, tags } = await released();
      const year = 31_536_000;
      const startFirst = async (name: string, atSeconds: number) => {
        const ref = `refs/tags/${name}`;
        const after = await project.git.commit({ Dockerfile: `FROM scratch\n# ${name}\n` }, { ref, atSeconds });
        await bench.start(project, ref, ofReleases);
        return bench.publish(await bench.buildOf(project, after));
      };
      const [second, first] = [await startFirst('v1.2.0', 1_600_000_000), await startFirst('v1.1.0', 1_500_000_000)];
      const old = { '1.2.0': second.commit, '1.1.0': first.commit };
      expect(await bench.tags(project)).toEqual({ ...tags, ...old });
      expect(await new TagPlans(bench.world.db).find(project.id, '1', second.digest!)).toMatchObject({
        kind: 'backward',
      });
      const newest = await startFirst('v1.10.0', 1_700_000_000 + year);
      expect(await bench.tags(project)).toEqual({ ...tags, ...old, '1.10.0': newest.commit, '1': newest.commit });
    });

    it('R24B-2 leaves the tag with the newer one of two releases that were started in the order of their age, whichever is tried again', async () => {
      const { project, ofReleases, tags } = await released();
      const startFirst = async (name: string, atSeconds: number) => {
        const ref = `refs/tags/${name}`;
        const after = await project.git.commit({ Dockerfile: `FROM scratch\n# ${name}\n` }, { ref, atSeconds });
        await bench.start(project, ref, ofReleases);
        return bench.publish(await bench.buildOf(project, after));
      };
      const [older, newer] = [await startFirst('v0.1.0', 1_500_000_000), await startFirst('v0.2.0', 1_600_000_000)];
      const all = { ...tags, '0.1.0': older.commit, '0.2.0': newer.commit, '0': newer.commit };
      expect(await bench.tags(project)).toEqual(all);
      const builds = new BuildRepository(bench.world.db);
      const retried = await builds.createRetry(older.id, { noCache: false, actorName: 'ada' });
      if (!retried.ok) throw new Error(retried.reason);
      await bench.publish((await builds.find(retried.buildId))!);
      await bench.start(project, 'refs/tags/v0.1.0', ofReleases);
      const again = await bench.publish(await bench.buildOf(project, older.commit));
      expect(await bench.tags(project)).toEqual(all);
      expect(await imageOf(project, '0.1.0')).toBe(again.id);
      expect(await new TagPlans(bench.world.db).find(project.id, '0', again.digest!)).toMatchObject({
        kind: 'backward',
      });
    });

    it('renews the tags of the head of main that is started again, and moves them to a head that is new', async () => {
      const { project, head, ofMain, tags } = await released();
      await bench.start(project, main, ofMain);
      const again = await bench.publish(await bench.buildOf(project, head));
      expect(again.trigger).toBe('manual');
      expect(await imageOf(project, 'stable')).toBe(again.id);
      const next = await commit(project, 'next');
      await bench.start(project, main, ofMain);
      await bench.publish(await bench.buildOf(project, next));
      expect(await bench.tags(project)).toEqual({ ...tags, stable: next });
    });

    it('moves the tags back where git was forced back, also where a person starts the build of it', async () => {
      const { project, head, ofMain, tags } = await released();
      const next = await commit(project, 'next', [head]);
      await bench.push(project, main, { after: next });
      await bench.publish(await bench.buildOf(project, next));
      await forcePush(project, head);
      await bench.start(project, main, ofMain);
      await bench.publish(await bench.buildOf(project, head));
      expect(await bench.tags(project)).toEqual(tags);
    });
  });
});
