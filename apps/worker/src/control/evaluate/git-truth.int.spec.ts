import { ProjectRepository } from '@cooperage/db';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type BenchProject, EvaluateBench } from '../../../spec/evaluate-bench.js';

const main = 'refs/heads/main';

describe('a delivery is a hint', () => {
  let bench: EvaluateBench;
  beforeAll(async () => {
    bench = await EvaluateBench.open();
  });
  afterAll(() => bench.close());

  const commit: EvaluateBench['commit'] = (...said) => bench.commit(...said);
  const forcePush: EvaluateBench['forcePush'] = (...said) => bench.forcePush(...said);

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

    it.each([
      ['tag', 'refs/tags/v1.0.0'],
      ['branch', 'refs/heads/new'],
    ])('R14B-2 builds a new %s that the git host shows a moment after its own delivery', async (_kind, ref) => {
      const project = await bench.project();
      const after = await commit(project, '1');
      const id = await bench.receive(project, ref, { after });
      expect(await bench.look(id)).toMatchObject({ done: false });
      const { prisma } = bench.world.db;
      const waiting = await prisma.delivery.findUniqueOrThrow({ where: { id } });
      expect(waiting).toMatchObject({ status: 'evaluating', reason: null });
      expect(waiting.note).toContain(`does not show the push to ${ref} yet`);
      expect(await prisma.outbox.count({ where: { topic: 'forget-ref', groupId: project.id } })).toBe(0);
      await project.git.git(['update-ref', ref, after]);
      expect(await bench.evaluate(id)).toMatchObject({ status: 'evaluated', reason: null });
      expect(await bench.built(project)).toEqual([after]);
    });

    it('R14B-2 ends without a build when the ref of a push stays away', async () => {
      const project = await bench.project();
      const after = await commit(project, '1');
      const delivery = await bench.push(project, 'refs/tags/v1.0.0', { after });
      expect(delivery).toMatchObject({ status: 'evaluated', reason: 'ref_gone', evaluationAttempts: 4 });
      expect(await bench.built(project)).toEqual([]);
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
});
