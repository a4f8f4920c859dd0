import { BuildRepository, ProjectRepository, TagPlans } from '@cooperage/db';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type BenchProject, EvaluateBench } from '../../../spec/evaluate-bench.js';

const main = 'refs/heads/main';

describe('a delivery is a hint', () => {
  let bench: EvaluateBench;
  beforeAll(async () => {
    bench = await EvaluateBench.open();
  });
  afterAll(() => bench.close());

  const commit = (project: BenchProject, text: string, parents?: readonly string[], ref = main) =>
    project.git.commit({ Dockerfile: `FROM scratch\n# ${text}\n` }, { ref, ...(parents && { parents }) });
  const forcePush = (project: BenchProject, to: string) => project.git.git(['update-ref', main, to]);

  describe('R-H1 the commit that is built is on the ref it is built for', () => {
    it('R-H1 builds nothing from a commit of a pull request that a delivery names as the head of main [A3 git decides]', async () => {
      const project = await bench.project();
      const head = await commit(project, 'honest');
      const evil = await commit(project, 'evil', [head], 'refs/pull/7/head');
      const delivery = await bench.push(project, main, { after: evil });
      expect(delivery).toMatchObject({ status: 'evaluated', reason: 'commit_not_on_ref', verdicts: [] });
      expect(delivery.note).toContain(evil.slice(0, 7));
      expect(await bench.built(project)).toEqual([]);
    });

    it('R-H1 builds nothing from a commit of another branch, and nothing from one that was pushed away [A3 git decides]', async () => {
      const project = await bench.project();
      const base = await commit(project, 'base');
      const side = await commit(project, 'side', [base], 'refs/heads/side');
      const away = await commit(project, 'away', [base]);
      await forcePush(project, base);
      for (const after of [side, away])
        expect(await bench.push(project, main, { after })).toMatchObject({ reason: 'commit_not_on_ref' });
      expect(await bench.built(project)).toEqual([]);
    });

    it('R-H1 builds a commit that newer ones of the same ref stand on', async () => {
      const project = await bench.project();
      const first = await commit(project, '1');
      const second = await commit(project, '2');
      for (const after of [first, second]) await bench.push(project, main, { after });
      expect(await bench.built(project)).toEqual([first, second]);
    });

    it('R-H1 holds for what a person replays as well', async () => {
      const project = await bench.project();
      const base = await commit(project, 'base');
      const away = await commit(project, 'away');
      const pushed = await bench.push(project, main, { after: away });
      await forcePush(project, base);
      const replayed = await bench.push(project, main, { after: away, replayOf: pushed.id });
      expect(replayed).toMatchObject({ status: 'evaluated', reason: 'commit_not_on_ref' });
      expect(await bench.built(project)).toEqual([away]);
    });
  });

  describe('R-G6 a call is about the repository of its project', () => {
    const claim = (
      id: string,
      name: string,
      addresses: readonly string[] = [`${bench.host.server.origin}/${name}.git`],
    ) => ({
      repository: { id, name, addresses },
    });
    const nameOf = async (project: BenchProject) => {
      const { remoteUrl } = await bench.world.db.prisma.project.findUniqueOrThrow({ where: { id: project.id } });
      return remoteUrl.replace(/^.*\/|\.git$/g, '');
    };

    it('R-G6 builds nothing for a push to another repository, and says which one it was [A3 git decides]', async () => {
      const project = await bench.project();
      const after = await commit(project, '1');
      const delivery = await bench.push(project, main, { after, ...claim('8', 'octo/other') });
      expect(delivery).toMatchObject({ status: 'evaluated', reason: 'other_repository', verdicts: [] });
      expect(delivery.note).toContain(`octo/other, and this project builds ${await nameOf(project)}`);
      expect(await bench.built(project)).toEqual([]);
    });

    it('R-N12 lets no call fix the id that names the repository and not its address', async () => {
      const project = await bench.project();
      const name = await nameOf(project);
      const push = async (text: string, ...said: Parameters<typeof claim>) =>
        bench.push(project, main, { after: await commit(project, text), forge: 'generic', ...claim(...said) });
      expect(await push('1', '666', name, [])).toMatchObject({ reason: null });
      expect(await push('2', '667', name, [`https://evil.example/${name}`])).toMatchObject({ reason: null });
      expect(await push('3', '7', name)).toMatchObject({ reason: null });
      expect(await push('4', '666', name)).toMatchObject({ reason: 'other_repository' });
      const actor = { kind: 'user', id: 'u', name: 'ada', ip: null } as never;
      expect(await new ProjectRepository(bench.world.db).forgetRepositoryKey(project.id, actor)).toBe(true);
      expect(await push('5', '8', name)).toMatchObject({ reason: null });
      const { repositoryKey } = await bench.world.db.prisma.project.findUniqueOrThrow({ where: { id: project.id } });
      expect(repositoryKey).toBe('generic:8');
    });

    it('R-G6 goes on after a rename, by the id that was seen, until the address of the project changes', async () => {
      const project = await bench.project();
      const name = await nameOf(project);
      const first = await commit(project, '1');
      expect(await bench.push(project, main, { after: first, ...claim('7', name) })).toMatchObject({ reason: null });
      const second = await commit(project, '2');
      expect(await bench.push(project, main, { after: second, ...claim('8', name) })).toMatchObject({
        reason: 'other_repository',
      });
      expect(await bench.push(project, main, { after: second, ...claim('7', 'octo/renamed') })).toMatchObject({
        reason: null,
      });
      const actor = { kind: 'user', id: 'u', name: 'ada', ip: null } as never;
      const settings = { remoteUrl: `${bench.host.server.origin}/./${name}.git` };
      await new ProjectRepository(bench.world.db).update(project.id, settings, actor);
      const third = await commit(project, '3');
      expect(await bench.push(project, main, { after: third, ...claim('8', name) })).toMatchObject({ reason: null });
      expect(await bench.built(project)).toEqual([first, second, third]);
    });
  });

  describe('R2-H7 a push does not make its own branch the default one', () => {
    const defaultOf = async ({ id }: BenchProject) =>
      (await bench.world.db.prisma.project.findUniqueOrThrow({ where: { id } })).defaultBranch;

    it.each([
      ['dangling', ['symbolic-ref', 'HEAD', 'refs/heads/gone']],
      ['a git tag', ['symbolic-ref', 'HEAD', 'refs/tags/v1']],
    ])('R2-H7 builds a branch as one that is not protected where HEAD is %s', async (_what, head) => {
      const project = await bench.project();
      await commit(project, 'main');
      await commit(project, 'v1', undefined, 'refs/tags/v1');
      const evil = await commit(project, 'evil', undefined, 'refs/heads/evil');
      await project.git.git(head);
      await bench.push(project, 'refs/heads/evil', { after: evil });
      expect(await bench.buildOf(project, evil)).toMatchObject({ zone: 'branch', tags: ['evil'] });
      expect(await defaultOf(project)).toBeNull();
    });

    it('R2-H7 keeps the default branch that the host named before', async () => {
      const project = await bench.project();
      const first = await commit(project, 'main');
      await bench.push(project, main, { after: first });
      const evil = await commit(project, 'evil', undefined, 'refs/heads/evil');
      await project.git.git(['symbolic-ref', 'HEAD', 'refs/heads/gone']);
      await bench.push(project, 'refs/heads/evil', { after: evil });
      expect(await bench.buildOf(project, evil)).toMatchObject({ zone: 'branch', tags: ['evil'] });
      const second = await commit(project, 'main again');
      await bench.push(project, main, { after: second });
      expect(await bench.buildOf(project, second)).toMatchObject({ zone: 'protected', tags: ['main', 'latest'] });
      expect(await defaultOf(project)).toBe('main');
    });
  });

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
