import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { BuildFailure } from '@cooperage/domain';
import { type GitContent, type GitHost, startGitHost } from '@cooperage/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type BuildContext,
  type ContextFile,
  type ContextPaths,
  createSource,
  type Source,
  type SourceLimits,
} from '../index.js';

const ref = 'refs/heads/main';
const limits: Partial<SourceLimits> = {
  maxFiles: 300,
  maxBlobBytes: 3_000_000,
  maxContextBytes: 4_000_000,
  maxDockerfileBytes: 10_000,
  maxPathsBytes: 60_000,
};

describe('a build context', () => {
  let host: GitHost;
  let source: Source;
  let counter = 0;

  beforeAll(async () => {
    host = await startGitHost();
    source = createSource({
      mirrorRoot: join(host.folder, 'mirrors'),
      allowPlainHttp: [host.hostPort],
      retryDelaysMs: [],
      limits,
    });
  });

  afterAll(async () => {
    await source.close();
    await host.close();
  });

  async function contextOf(
    files: Record<string, GitContent>,
    paths: Partial<ContextPaths> = {},
  ): Promise<BuildContext> {
    const name = `c${++counter}.git`;
    const repository = await host.repository(name);
    const commit = await repository.commit(files);
    const project = { id: `c${counter}`, remoteUrl: host.url(name) };
    await source.prepare(project, { ref, commit });
    return source.context(project, commit, { contextPath: '.', dockerfilePath: 'Dockerfile', ...paths });
  }

  const failure = (files: Record<string, GitContent>, paths: Partial<ContextPaths> = {}): Promise<BuildFailure> =>
    contextOf(files, paths).then(
      (context) => Promise.reject(new Error(`it did not fail: ${context.files.map((file) => file.path)}`)),
      (error: BuildFailure) => error,
    );

  it('lists files, folders, links and submodules in the order and form that engines need', async () => {
    const files = {
      Dockerfile: 'FROM scratch\n',
      'src/b': 'bb',
      'src-x': 'x',
      'src/a/c': { executable: '#!/bin/sh\n' },
      link: { symlink: '/etc/shadow' },
      'vendor/lib': { submodule: 'a'.repeat(40) },
      'ä ö': 'ü',
    };
    const { files: list, totalBytes, sharedKey } = await contextOf(files);
    expect(list.map(({ path, kind, mode }) => [path, kind, mode.toString(8)])).toEqual([
      ['Dockerfile', 'file', '644'],
      ['link', 'symlink', '777'],
      ['src', 'directory', '755'],
      ['src/a', 'directory', '755'],
      ['src/a/c', 'file', '755'],
      ['src/b', 'file', '644'],
      ['src-x', 'file', '644'],
      ['vendor', 'directory', '755'],
      ['vendor/lib', 'directory', '755'],
      ['ä ö', 'file', '644'],
    ]);
    expect(list.find(({ path }) => path === 'link')?.linkTarget).toBe('/etc/shadow');
    expect(await text(list.find(({ path }) => path === 'ä ö')!)).toBe('ü');
    expect(totalBytes).toBe(list.reduce((sum, file) => sum + file.sizeBytes, 0));
    expect(sharedKey).not.toBe('');
  });

  it('takes only the context folder, with a Dockerfile outside of it', async () => {
    const files = {
      'docker/web.Dockerfile': 'FROM b\n',
      'apps/web/index.js': '1',
      'apps/web/lib/x': '2',
      'apps/api/y': '3',
    };
    const context = await contextOf(files, { contextPath: './apps/web/', dockerfilePath: 'docker/web.Dockerfile' });
    expect(context.files.map(({ path }) => path)).toEqual(['index.js', 'lib', 'lib/x']);
    expect(Buffer.from(context.dockerfile.content).toString()).toBe('FROM b\n');
  });

  it('lets the ignore file beside the Dockerfile win, also when it is empty', async () => {
    const files = { Dockerfile: 'x', '.dockerignore': 'a\n', a: '1', b: '2' };
    expect((await contextOf(files)).files.map(({ path }) => path)).toEqual(['.dockerignore', 'Dockerfile', 'b']);
    const own = await contextOf({ ...files, 'Dockerfile.dockerignore': 'b\n' });
    expect(own.files.map(({ path }) => path)).toEqual(['.dockerignore', 'Dockerfile', 'Dockerfile.dockerignore', 'a']);
    const empty = await contextOf({ ...files, 'Dockerfile.dockerignore': '' });
    expect(empty.files).toHaveLength(5);
  });

  it('gives equal contents equal times, and no others, across commits', async () => {
    const repository = await host.repository('identity.git');
    const project = { id: 'identity', remoteUrl: host.url('identity.git') };
    const listOf = async (files: Record<string, GitContent>): Promise<BuildContext> => {
      const commit = await repository.commit({ Dockerfile: 'x', ...files });
      await source.prepare(project, { ref, commit });
      return source.context(project, commit, { contextPath: '.', dockerfilePath: 'Dockerfile' });
    };
    const mtime = (context: BuildContext, path: string) => context.files.find((file) => file.path === path)?.mtimeNs;
    const [first, second] = [await listOf({ a: 'AAAA', b: 'same' }), await listOf({ a: 'BBBB', b: 'same' })];
    expect(mtime(second, 'b')).toBe(mtime(first, 'b'));
    expect(mtime(second, 'a')).not.toBe(mtime(first, 'a'));
    expect(mtime(await listOf({ a: { executable: 'AAAA' } }), 'a')).not.toBe(mtime(first, 'a'));
    expect(mtime(await listOf({ a: 'AAAA' }), 'a')).toBe(mtime(first, 'a'));
    expect(second.sharedKey).toBe(first.sharedKey);
    expect((await contextOf({ Dockerfile: 'x' })).sharedKey).not.toBe(first.sharedKey);
  });

  it('streams a large file and gives many small ones at once', async () => {
    const large = Buffer.alloc(2_500_000, 'abcdefgh');
    const small = Object.fromEntries(Array.from({ length: 250 }, (_, i) => [`s/${i}`, `content ${i}`]));
    const { files } = await contextOf({ Dockerfile: 'x', large, ...small });
    const all = await Promise.all(
      files.filter(({ kind }) => kind === 'file').map(async (file) => [file.path, await text(file)]),
    );
    expect(Object.fromEntries(all)).toEqual({ Dockerfile: 'x', large: large.toString(), ...small });
    const streamed = files.find(({ path }) => path === 'large')!;
    for (let i = 0; i < 12; i++) for await (const _chunk of streamed.read() as AsyncIterable<Uint8Array>) break;
    expect((await text(streamed)).length).toBe(large.length);
  });

  it('reads on after its process was idle or died', async () => {
    const idle = createSource({ mirrorRoot: join(host.folder, 'idle'), allowPlainHttp: [host.hostPort], idleMs: 20 });
    const repository = await host.repository('idle.git');
    const commit = await repository.commit({ Dockerfile: 'x' });
    const project = { id: 'idle', remoteUrl: host.url('idle.git') };
    await idle.prepare(project, { ref, commit });
    const { files } = await idle.context(project, commit, { contextPath: '.', dockerfilePath: 'Dockerfile' });
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(await text(files[0]!)).toBe('x');
    await idle.close();
    expect(await text(files[0]!)).toBe('x');
    await idle.close();
  });

  it('R5-B8 keeps few reading processes when many projects were read', async () => {
    const mirrorRoot = join(host.folder, 'many');
    const many = createSource({ mirrorRoot, allowPlainHttp: [host.hostPort] });
    const repository = await host.repository('many.git');
    const commit = await repository.commit({ Dockerfile: 'x' });
    const remoteUrl = host.url('many.git');
    const prepared = async (number: number) => many.prepare({ id: `many${number}`, remoteUrl }, { ref, commit });
    try {
      for (let number = 0; number < 20; number += 5) {
        const some = Array.from({ length: 5 }, (_, at) => prepared(number + at));
        expect((await Promise.all(some)).map((facts) => facts.commit)).toEqual(Array(5).fill(commit));
      }
      await expect.poll(() => readersBelow(mirrorRoot)).toBe(16);
    } finally {
      await many.close();
    }
    expect(await readersBelow(mirrorRoot)).toBe(0);
  }, 60_000);

  it('says what is missing', async () => {
    expect(await failure({ a: '1' })).toMatchObject({ code: 'DockerfileNotFound', place: { file: 'Dockerfile' } });
    expect(await failure({ 'Dockerfile/x': '1' })).toMatchObject({ code: 'DockerfileNotFound' });
    expect(await failure({ Dockerfile: 'x' }, { contextPath: 'app' })).toMatchObject({ code: 'ContextNotFound' });
    expect(await failure({ Dockerfile: 'x', app: '1' }, { contextPath: 'app' })).toMatchObject({
      code: 'ContextNotFound',
    });
    expect(
      await failure({ Dockerfile: 'x', sub: { submodule: 'a'.repeat(40) } }, { contextPath: 'sub' }),
    ).toMatchObject({ code: 'ContextNotFound' });
    expect(await failure({ Dockerfile: 'x', '.dockerignore': 'ok\n[\n' })).toMatchObject({
      code: 'InvalidBuildConfig',
      place: { file: '.dockerignore', line: 2 },
    });
  });

  it('S-026 follows links inside the repository', async () => {
    const files = {
      Dockerfile: { symlink: 'docker/main' },
      'docker/main': { symlink: '../real/Dockerfile' },
      'real/Dockerfile': 'FROM r\n',
      app: { symlink: 'real' },
    };
    const context = await contextOf(files, { contextPath: 'app' });
    expect(Buffer.from(context.dockerfile.content).toString()).toBe('FROM r\n');
    expect(context.files.map(({ path }) => path)).toEqual(['Dockerfile']);
    const through = await contextOf(files, { dockerfilePath: 'app/Dockerfile' });
    expect(Buffer.from(through.dockerfile.content).toString()).toBe('FROM r\n');
  });

  it.each([
    '/etc/shadow',
    '../../../../etc/shadow',
    '..',
    'Dockerfile',
    'loop',
    'gone',
    '/',
    'a/../../x',
    'Dockerfile/x',
  ])('S-026 refuses a Dockerfile that is a link to %s', async (symlink) => {
    const error = await failure({ Dockerfile: { symlink }, loop: { symlink: 'Dockerfile' }, 'a/b': '1' });
    expect(error.code).toBe('DockerfileNotFound');
  });

  it.each(['/', '/etc', '../..', 'app', 'gone'])(
    'S-026 refuses a context folder that is a link to %s',
    async (symlink) => {
      const files = { Dockerfile: 'x', app: { symlink } };
      expect((await failure(files, { contextPath: 'app' })).code).toBe('ContextNotFound');
      expect((await failure(files, { contextPath: 'app/x' })).code).toBe('ContextNotFound');
    },
  );

  it('S-026 refuses an ignore file that is a link out of the repository', async () => {
    for (const symlink of ['/etc/passwd', '../x', '.dockerignore'])
      expect((await failure({ Dockerfile: 'x', '.dockerignore': { symlink } })).code).toBe('InvalidBuildConfig');
  });

  it('R2-N4 refuses a way of links and folders that is too long, and says how long one may be', async () => {
    const way = (to: string) => ({ symlink: `${'zz/../'.repeat(409)}${to}` });
    const links = Array.from({ length: 19 }, (_, at) => [`l${at}`, way(at < 18 ? `l${at + 1}` : 'real')]);
    const files = { ...Object.fromEntries(links), 'zz/x': '', real: 'FROM scratch\n' };
    const rule = 'leads through more than 255 folders and links, which is the most that are followed.';
    expect(await failure({ ...files, Dockerfile: way('l0') })).toMatchObject({
      code: 'DockerfileNotFound',
      message: `Dockerfile ${rule}`,
    });
    expect(await failure({ ...files, Dockerfile: 'x', '.dockerignore': way('l0') })).toMatchObject({
      code: 'InvalidBuildConfig',
      message: `.dockerignore ${rule}`,
    });
  });

  it.each(['../x', '/etc/passwd', 'a/../../x', 'a\\..\\x', '%2e%2e/x', 'a\0b', 'x'.repeat(5_000), '.git/config'])(
    'S-027 refuses the path %j at use, whoever saved it',
    async (path) => {
      expect((await failure({ Dockerfile: 'x' }, { dockerfilePath: path })).code).toBe('InvalidBuildConfig');
      expect((await failure({ Dockerfile: 'x' }, { contextPath: path })).code).toBe('InvalidBuildConfig');
    },
  );

  it('S-029 refuses a context with too many files, a too large one, or too much in all', async () => {
    const many = Object.fromEntries(Array.from({ length: 301 }, (_, i) => [`f${i}`, '']));
    expect((await failure({ Dockerfile: 'x', ...many })).code).toBe('SourceTooLarge');
    const large = Buffer.alloc(3_000_001);
    expect((await failure({ Dockerfile: 'x', large })).code).toBe('SourceTooLarge');
    expect((await contextOf({ Dockerfile: 'x', large, '.dockerignore': 'large' })).files).toHaveLength(2);
    const parts = { a: Buffer.alloc(2_100_000), b: Buffer.alloc(2_100_000) };
    expect((await failure({ Dockerfile: 'x', ...parts })).code).toBe('SourceTooLarge');
  });

  it('R2-H2 refuses a path that is too long, and says how long one may be', async () => {
    const longest = `${'d'.repeat(2_047)}/${'f'.repeat(2_048)}`;
    expect((await contextOf({ Dockerfile: 'x', [longest]: '' })).files).toHaveLength(3);
    for (const path of [`${longest}f`, `${`${'d'.repeat(250)}/`.repeat(260)}f`])
      expect(await failure({ Dockerfile: 'x', [path]: '' })).toMatchObject({
        code: 'SourceTooLarge',
        message: 'The context has a path of more than 4096 bytes.',
      });
  });

  it('R2-H2 refuses files whose paths are too long together, and says so', async () => {
    const folder = `${'d'.repeat(1_999)}/`.repeat(2);
    const below = Object.fromEntries(Array.from({ length: 20 }, (_, at) => [`${folder}${at}`, '']));
    const tooLong = {
      code: 'SourceTooLarge',
      message: 'The paths of the context’s files and folders have more than 60000 bytes together.',
    };
    expect(await failure({ Dockerfile: 'x', ...below })).toMatchObject(tooLong);
    // What is ignored has been listed all the same.
    expect(await failure({ Dockerfile: 'x', '.dockerignore': 'ddd*', ...below })).toMatchObject(tooLong);
  });

  it('R2-H2 counts the paths of the folders above a file, and those of named folders again', async () => {
    const tooLong = { code: 'SourceTooLarge', message: expect.stringContaining('60000 bytes together') };
    const chain = (depth: number) => Object.fromEntries([[`a/${'folder-of-20-letters/'.repeat(depth)}f`, '']]);
    expect(await failure({ Dockerfile: 'x', ...chain(190) })).toMatchObject(tooLong);
    const half = { Dockerfile: 'x', ...chain(60) };
    expect((await contextOf(half)).files).toHaveLength(63);
    expect(await failure(half, { namedFolders: new Map([['again', 'a']]) })).toMatchObject(tooLong);
  });

  it('S-029 refuses a tree that names itself far too often', async () => {
    const repository = await host.repository('bomb.git');
    const blob = (await repository.git(['hash-object', '-w', '--stdin'], Buffer.from('x'))).trim();
    let tree = `100644 blob ${blob}\tDockerfile\n`;
    for (let level = 0; level < 12; level++) {
      const id = (await repository.git(['mktree'], Buffer.from(tree))).trim();
      tree =
        Array.from({ length: 10 }, (_, i) => `040000 tree ${id}\tt${i}\n`).join('') +
        `100644 blob ${blob}\tDockerfile\n`;
    }
    const top = (await repository.git(['mktree'], Buffer.from(tree))).trim();
    const commit = await commitOf(repository, top);
    const project = { id: 'bomb', remoteUrl: host.url('bomb.git') };
    await source.prepare(project, { ref, commit });
    const startedAt = performance.now();
    const error = await source
      .context(project, commit, { contextPath: '.', dockerfilePath: 'Dockerfile' })
      .catch((caught: BuildFailure) => caught);
    expect(error).toMatchObject({ code: 'SourceTooLarge' });
    expect(performance.now() - startedAt).toBeLessThan(30_000);
  });

  it('S-047 refuses a Dockerfile that is too large', async () => {
    expect(await failure({ Dockerfile: '#'.repeat(10_001) })).toMatchObject({ code: 'DockerfileInvalid' });
  });

  it('S-022 sends a file with an odd name as it is, and refuses one that is not UTF-8', async () => {
    const names = ['-h', '--exec=x', '$(id)', 'a\nb', 'x\u202ey', 'a"b', 'a\\b'];
    const { files } = await contextOf({ Dockerfile: 'x', ...Object.fromEntries(names.map((name) => [name, name])) });
    for (const name of names) expect(await text(files.find(({ path }) => path === name)!)).toBe(name);
    const repository = await host.repository('bytes.git');
    const blob = (await repository.git(['hash-object', '-w', '--stdin'], Buffer.from('x'))).trim();
    const entries = Buffer.concat([
      Buffer.from(`100644 blob ${blob}\tDockerfile\n100644 blob ${blob}\ta`),
      Buffer.from([0xff, 0x0a]),
    ]);
    const commit = await commitOf(repository, (await repository.git(['mktree'], entries)).trim());
    const project = { id: 'bytes', remoteUrl: host.url('bytes.git') };
    await source.prepare(project, { ref, commit });
    const error = await source
      .context(project, commit, { contextPath: '.', dockerfilePath: 'Dockerfile' })
      .catch((caught: BuildFailure) => caught);
    expect(error).toMatchObject({ code: 'InvalidBuildConfig' });
  });
});

async function commitOf(
  repository: { git(args: readonly string[], input?: Uint8Array): Promise<string> },
  tree: string,
): Promise<string> {
  const body = `tree ${tree}\nauthor a <a@b> 1 +0000\ncommitter a <a@b> 1 +0000\n\nx\n`;
  const commit = (await repository.git(['hash-object', '-w', '-t', 'commit', '--stdin'], Buffer.from(body))).trim();
  await repository.git(['update-ref', ref, commit]);
  return commit;
}

async function text(file: ContextFile): Promise<string> {
  const content = file.read();
  if (content instanceof Promise) return Buffer.from(await content).toString();
  const chunks: Uint8Array[] = [];
  for await (const chunk of content) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

/** Processes of `git cat-file` that read from a mirror below a folder. */
async function readersBelow(folder: string): Promise<number> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const texts = pids.map(async (pid) => {
    const [command, environment] = await Promise.all([procFile(pid, 'cmdline'), procFile(pid, 'environ')]);
    return command.includes('cat-file') && environment.includes(`GIT_DIR=${folder}/`);
  });
  return (await Promise.all(texts)).filter(Boolean).length;
}

/** Empty for a process that is gone or somebody else's. */
function procFile(pid: string, name: string): Promise<string> {
  return readFile(`/proc/${pid}/${name}`, 'latin1').catch(() => '');
}
