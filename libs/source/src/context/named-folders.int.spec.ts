import { join } from 'node:path';
import type { BuildFailure } from '@cooperage/domain';
import { type GitContent, type GitHost, startGitHost } from '@cooperage/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type BuildContext, createSource, type Source } from '../index.js';

const ref = 'refs/heads/main';

describe('the folders that a Dockerfile names', () => {
  let host: GitHost;
  let source: Source;
  let counter = 0;

  beforeAll(async () => {
    host = await startGitHost();
    source = createSource({
      mirrorRoot: join(host.folder, 'mirrors'),
      allowPlainHttp: [host.hostPort],
      retryDelaysMs: [],
      limits: { maxFiles: 20, maxContextBytes: 100 },
    });
  });
  afterAll(async () => {
    await source.close();
    await host.close();
  });

  async function contextOf(files: Record<string, GitContent>, named: Record<string, string>): Promise<BuildContext> {
    const name = `n${++counter}.git`;
    const commit = await (await host.repository(name)).commit({ 'app/Dockerfile': 'x', ...files });
    const project = { id: `n${counter}`, remoteUrl: host.url(name) };
    await source.prepare(project, { ref, commit });
    const namedFolders = new Map(Object.entries(named));
    return source.context(project, commit, { contextPath: 'app', dockerfilePath: 'app/Dockerfile', namedFolders });
  }
  const failure = (files: Record<string, GitContent>, named: Record<string, string>): Promise<BuildFailure> =>
    contextOf(files, named).then(
      () => Promise.reject(new Error('it did not fail')),
      (error: BuildFailure) => error,
    );
  const paths = (context: BuildContext) =>
    Object.fromEntries(context.namedFolders.map(({ name, files }) => [name, files.map(({ path }) => path)]));

  it('come beside the context, each with the ignore file in its own root and no other', async () => {
    const context = await contextOf(
      {
        ...{ '.dockerignore': '*\n', 'app/.dockerignore': 'own\n', 'app/own': '1', 'app/Dockerfile.x': '2' },
        ...{ 'libs/a/.dockerignore': '*.tmp\n', 'libs/a/x.tmp': '1', 'libs/a/own': '2', 'libs/b/y.tmp': '3' },
      },
      { two: 'libs/b', one: './libs/a/' },
    );
    expect(context.files.map(({ path }) => path)).toEqual(['.dockerignore', 'Dockerfile', 'Dockerfile.x']);
    expect(paths(context)).toEqual({ one: ['.dockerignore', 'own'], two: ['y.tmp'] });
    expect(Object.keys(paths(context))).toEqual(['one', 'two']);
  });

  it('are those of several Dockerfiles together: a context of several counts once, and all of it counts', async () => {
    const name = `n${++counter}.git`;
    const project = { id: `n${counter}`, remoteUrl: host.url(name) };
    const commit = await (await host.repository(name)).commit({
      ...{ 'a/Dockerfile': 'a', 'b/Dockerfile': 'b', 'b/.dockerignore': 'no\n', 'b/no': '1', 'all.Dockerfile': 'c' },
      ...{ 'other.Dockerfile': 'd', 'other.Dockerfile.dockerignore': 'b\n' },
      ...Object.fromEntries(Array.from({ length: 3 }, (_, at) => [`a/f${at}`, String(at)])),
    });
    await source.prepare(project, { ref, commit });
    const paths = (contextPath: string, dockerfilePath: string, named: Record<string, string> = {}) => ({
      ...{ contextPath, dockerfilePath, namedFolders: new Map(Object.entries(named)) },
    });
    const [a, b] = await source.contexts(project, commit, [paths('a', 'a/Dockerfile'), paths('b', 'b/Dockerfile')]);
    expect(a!.files).toHaveLength(4);
    expect(b!.files.map(({ path }) => path)).toEqual(['.dockerignore', 'Dockerfile']);
    expect(Buffer.from(b!.dockerfile.content).toString()).toBe('b');
    expect(b!.sharedKey).not.toBe(a!.sharedKey);
    expect(b!.totalBytes).toBeGreaterThan(a!.totalBytes);
    const [one, two, three] = await source.contexts(project, commit, [
      ...[paths('.', 'all.Dockerfile'), paths('.', 'all.Dockerfile'), paths('.', 'other.Dockerfile')],
    ]);
    expect(two!.files).toBe(one!.files);
    expect(two!.totalBytes).toBe(one!.totalBytes);
    expect(three!.files.length).toBeLessThan(one!.files.length);
    expect(three!.totalBytes).toBeGreaterThan(one!.totalBytes);
  });

  it('S-029 hold no more than one build may, however many Dockerfiles they are of', async () => {
    const name = `n${++counter}.git`;
    const project = { id: `n${counter}`, remoteUrl: host.url(name) };
    const many = (folder: string) => Object.fromEntries(Array.from({ length: 11 }, (_, at) => [`${folder}/${at}`, '']));
    const commit = await (await host.repository(name)).commit({ Dockerfile: 'x', ...many('a'), ...many('b') });
    await source.prepare(project, { ref, commit });
    const of = (...folders: string[]) =>
      source.contexts(
        project,
        commit,
        folders.map((contextPath) => ({ contextPath, dockerfilePath: 'Dockerfile' })),
      );
    expect(await of('a', 'a')).toHaveLength(2);
    await expect(of('a', 'b')).rejects.toMatchObject({ code: 'SourceTooLarge' });
    await expect(of('a', '../x')).rejects.toMatchObject({ code: 'InvalidBuildConfig' });
    await expect(of('a', 'nowhere')).rejects.toMatchObject({ code: 'ContextNotFound' });
  });

  it('have a time for each content that no other content has, whatever the folder', async () => {
    const name = 'times.git';
    const repository = await host.repository(name);
    const project = { id: 'times', remoteUrl: host.url(name) };
    const timesOf = async (content: string, folder: string) => {
      const commit = await repository.commit({ 'app/Dockerfile': 'x', 'a/f': content, 'b/f': `${content}!` });
      await source.prepare(project, { ref, commit });
      const context = await source.context(project, commit, {
        ...{ contextPath: 'app', dockerfilePath: 'app/Dockerfile', namedFolders: new Map([['lib', folder]]) },
      });
      return { key: context.sharedKey, time: context.namedFolders[0]!.files[0]!.mtimeNs };
    };
    const all = [
      await timesOf('AA', 'a'),
      await timesOf('BB', 'a'),
      await timesOf('AA', 'b'),
      await timesOf('BB', 'b'),
    ];
    expect(new Set(all.map(({ key }) => key)).size).toBe(1);
    expect(new Set(all.map(({ time }) => time)).size).toBe(4);
    expect((await timesOf('AA', 'a')).time).toBe(all[0]!.time);
  });

  it('S-027, S-026 stay inside the repository', async () => {
    for (const path of ['../x', '/etc', 'a/../../x', 'a\\..\\x', '%2e%2e', 'a\0b', '.git'])
      expect((await failure({ f: '1' }, { lib: path })).code).toBe('InvalidBuildConfig');
    const links = { out: { symlink: '/etc' }, up: { symlink: '../..' }, loop: { symlink: 'loop' } };
    for (const path of Object.keys(links))
      expect(await failure(links, { lib: path })).toMatchObject({
        code: 'ContextNotFound',
        message: expect.stringContaining('“lib”'),
      });
  });

  it('must be there, as folders', async () => {
    expect((await failure({ f: '1' }, { lib: 'nowhere' })).message).toContain('does not exist');
    expect((await failure({ f: '1' }, { lib: 'f' })).message).toContain('is a file');
  });

  it('leave a Dockerfile that comes from elsewhere to the ignore file of the context', async () => {
    const commit = await (await host.repository('inline.git')).commit({
      ...{ Dockerfile: 'file', 'Dockerfile.dockerignore': '*\n', '.dockerignore': 'b\n', a: '1', b: '2' },
      ...{ 'x/docker-bake.hcl': 'text', out: { symlink: '/etc/passwd' } },
    });
    const project = { id: 'inline', remoteUrl: host.url('inline.git') };
    await source.prepare(project, { ref, commit });
    const dockerfile = { path: 'docker-bake.hcl (app)', content: Buffer.from('inline') };
    const context = await source.context(project, commit, {
      contextPath: '.',
      dockerfilePath: 'Dockerfile',
      dockerfile,
    });
    expect(context.dockerfile).toEqual(dockerfile);
    expect(context.files.map(({ path }) => path)).not.toContain('b');
    expect(context.files.map(({ path }) => path)).toContain('a');
    const read = async (path: string, maxBytes = 100) =>
      Buffer.from((await source.file(project, commit, path, maxBytes)) ?? 'none').toString();
    expect([await read('x/docker-bake.hcl'), await read('x'), await read('nowhere')]).toEqual(['text', 'none', 'none']);
    for (const [path, maxBytes] of [['out'], ['../x'], ['x/docker-bake.hcl', 3]] as const)
      await expect(read(path, maxBytes)).rejects.toMatchObject({ code: 'InvalidBuildConfig' });
  });

  it('count together with the context', async () => {
    expect((await contextOf({ 'a/f': 'x'.repeat(90) }, { a: 'a' })).totalBytes).toBe(91);
    expect((await failure({ 'a/f': 'x'.repeat(90) }, { a: 'a', b: 'a' })).code).toBe('SourceTooLarge');
    const many = Object.fromEntries(Array.from({ length: 12 }, (_, at) => [`a/${at}`, '']));
    expect((await contextOf(many, { a: 'a' })).namedFolders[0]!.files).toHaveLength(12);
    expect((await failure(many, { a: 'a', b: 'a' })).code).toBe('SourceTooLarge');
  });
});
