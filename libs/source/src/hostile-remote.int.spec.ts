import { randomBytes } from 'node:crypto';
import { access, chmod, mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { BuildFailure } from '@cooperage/domain';
import {
  type GitHost,
  type GitHttpServer,
  growingDelta,
  lyingGitServer,
  objectId,
  type PackSender,
  pack,
  packEntry,
  packHead,
  startGitHost,
  startGitHttpServer,
} from '@cooperage/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { GitCommand } from './git/git-command.js';
import { createSource, type Source, type SourceLimits, type SourceOptions } from './index.js';

const ref = 'refs/heads/main';
const someCommit = 'a'.repeat(40);
const root = { contextPath: '.', dockerfilePath: 'Dockerfile' };

describe('a hostile git host', () => {
  let host: GitHost;
  let counter = 0;
  const open: (() => Promise<void>)[] = [];

  beforeAll(async () => {
    host = await startGitHost();
  });

  afterAll(async () => {
    for (const close of open) await close();
    await host.close();
  });

  const mirrorRoot = (): string => join(host.folder, 'mirrors');
  const canary = (): string => join(host.folder, 'canary');

  function sourceFor(port: number, limits: Partial<SourceLimits> = {}, options: Partial<SourceOptions> = {}): Source {
    const allowPlainHttp = [`127.0.0.1:${port}`];
    const source = createSource({ mirrorRoot: mirrorRoot(), allowPlainHttp, retryDelaysMs: [], limits, ...options });
    open.push(() => source.close());
    return source;
  }

  async function server(intercept: Parameters<typeof startGitHttpServer>[0]['intercept']): Promise<GitHttpServer> {
    const started = await startGitHttpServer({ root: host.served, ...(intercept && { intercept }) });
    open.push(() => started.close());
    return started;
  }

  /** What becomes of a fetch from a host that answers with this pack; nothing may be left behind. */
  async function fetchFrom(sender: PackSender, limits: Partial<SourceLimits> = {}): Promise<BuildFailure> {
    const liar = await server(lyingGitServer(sender));
    const source = sourceFor(liar.port, limits);
    const project = { id: `liar-${++counter}`, remoteUrl: `${liar.origin}/a.git` };
    const failure = await failureOf(source.prepare(project, { ref, commit: someCommit }));
    const packs = await readdir(join(mirrorRoot(), project.id, 'files.git', 'objects', 'pack')).catch(() => []);
    expect(packs).toEqual([]);
    return failure;
  }

  it.each([
    'ext::sh -c "touch CANARY"',
    'ext::touch%20CANARY',
    'EXT::sh',
    'file:///etc',
    'ssh://-oProxyCommand=touch$IFS$9CANARY',
    'git://127.0.0.1/a',
    '--upload-pack=touch CANARY',
    '-u',
    '/etc',
    'http://127.0.0.1:1/a.git',
  ])('S-017 refuses %s and runs nothing', async (url) => {
    const source = sourceFor(host.server.port);
    const project = { id: 'schemes', remoteUrl: url.replaceAll('CANARY', canary()) };
    expect((await failureOf(source.refs(project))).code).toBe('InvalidBuildConfig');
    expect((await failureOf(source.prepare(project, { ref, commit: someCommit }))).code).toBe('InvalidBuildConfig');
    await expect(access(canary())).rejects.toThrow();
  });

  it.each(['ext::touch CANARY', 'file://SERVED/x.git', 'SERVED/x.git', 'git://127.0.0.1/x.git'])(
    'S-017 git itself refuses %s, even where our own check would not',
    async (template) => {
      const gitDir = (await host.repository(`bare-${++counter}.git`)).path;
      await host.repository('x.git').then((repository) => repository.commit({ a: '1' }));
      const home = join(host.folder, 'home');
      await mkdir(home, { recursive: true });
      const git = new GitCommand({
        gitPath: 'git',
        searchPath: process.env.PATH ?? '',
        home,
        maxAllocationBytes: 2 ** 29,
      });
      const url = template.replace('CANARY', canary()).replace('SERVED', host.served);
      for (const protocol of [undefined, 'https'])
        await expect(
          git.run({ args: ['fetch', '--', url, 'HEAD'], gitDir, ...(protocol && { protocol }) }),
        ).rejects.toThrow(/not allowed/);
      await expect(access(canary())).rejects.toThrow();
    },
  );

  it('S-019 never connects to a private address that the operator did not name', async () => {
    const source = createSource({ mirrorRoot: mirrorRoot(), allowPlainHttp: [], retryDelaysMs: [] });
    open.push(() => source.close());
    const before = host.server.requests.length;
    for (const name of ['127.0.0.1', 'localhost', '2130706433', '[::1]', '[::ffff:127.0.0.1]', '0.0.0.0']) {
      const project = { id: 'private', remoteUrl: `https://${name}:${host.server.port}/a.git` };
      expect((await failureOf(source.refs(project))).code).toBe('PolicyRefused');
      const overSsh = { id: 'private', remoteUrl: `ssh://git@${name}:${host.server.port}/a.git` };
      expect((await failureOf(source.refs(overSsh))).code).toBe('PolicyRefused');
    }
    expect(host.server.requests).toHaveLength(before);
  });

  it('S-020 connects to the address that was checked, and asks for it once', async () => {
    const repository = await host.repository('pinned.git');
    const commit = await repository.commit({ a: '1' });
    const name = `git.example.invalid:${host.server.port}`;
    let answers: string[] = [];
    const resolve = async (): Promise<string[]> => [answers.shift() ?? 'no more questions'];
    const source = sourceFor(host.server.port, {}, { allowPlainHttp: [name], resolve });
    const project = { id: 'pinned', remoteUrl: `http://${name}/pinned.git` };
    answers = ['127.0.0.1'];
    expect((await source.refs(project)).commits.get(ref)).toBe(commit);
    const before = host.server.requests.length;
    // The next answer would lead to the server; the checked one does not.
    answers = ['127.0.0.2', '127.0.0.1'];
    expect((await failureOf(source.prepare(project, { ref, commit }))).code).toBe('SourceUnavailable');
    expect(host.server.requests).toHaveLength(before);
    expect(answers).toEqual(['127.0.0.1']);
  });

  it.each(['http', 'https', 'ftp', 'file', 'ext'])('S-021 does not follow a redirect to %s', async (scheme) => {
    for (const method of ['GET', 'POST']) {
      const before = host.server.requests.length;
      const location = `${scheme}://127.0.0.1:${host.server.port}/a.git`;
      const redirecting = await server((request, response) => {
        if (request.method === method) response.writeHead(302, { location: `${location}${request.url}` }).end();
        else lyingGitServer(() => {})(request, response);
        return true;
      });
      const source = sourceFor(
        redirecting.port,
        {},
        { allowPlainHttp: [`127.0.0.1:${redirecting.port}`, host.hostPort] },
      );
      const project = { id: `redirect-${++counter}`, remoteUrl: `${redirecting.origin}/a.git` };
      const failure = await failureOf(source.prepare(project, { ref, commit: someCommit }));
      expect(['SourceAccessDenied', 'SourceUnavailable']).toContain(failure.code);
      if (method === 'GET') expect(failure.message).toMatch(/redirect/);
      expect(host.server.requests).toHaveLength(before);
    }
  });

  it.each([
    '-h',
    '--exec=x',
    '--upload-pack=touch',
    'a;id',
    '$(touch$IFS$9x)',
    '`id`',
    "'",
    '"',
    '|id',
    '&',
    'x\u202ey',
    'zero\u200bwidth',
    'ü',
    '+plus',
    '@',
  ])('S-022 builds the branch %j', async (name) => {
    const repository = await host.repository(`odd-${++counter}.git`);
    const branch = `refs/heads/${name}`;
    const commits = [await repository.commit({ Dockerfile: '1' }), await repository.commit({ Dockerfile: '2' })];
    await repository.git(['update-ref', '--', branch, commits[1]!]);
    const old = await startGitHttpServer({ root: host.served, oldProtocol: true });
    open.push(() => old.close());
    for (const { port, origin } of [host.server, old]) {
      const source = sourceFor(port);
      const project = { id: `odd-${counter}-${port}`, remoteUrl: `${origin}/odd-${counter}.git` };
      expect((await source.refs(project)).commits.get(branch)).toBe(commits[1]);
      for (const commit of commits)
        expect((await source.prepare(project, { ref: branch, commit })).commit).toBe(commit);
    }
  });

  it.each([
    ['a line break', 'a\nb'],
    ['a NUL', 'a\0b'],
    ['a space', 'a b'],
    ['4,000 bytes', 'x'.repeat(4_000)],
    ['dots', '..'],
    ['a colon', 'a:b'],
  ])('S-022 refuses a branch name with %s in a sentence', async (_what, name) => {
    const source = sourceFor(host.server.port);
    const project = { id: 'odd', remoteUrl: host.url('x.git') };
    const failure = await failureOf(source.prepare(project, { ref: `refs/heads/${name}`, commit: someCommit }));
    expect(failure.code).toBe('RefNotFound');
    expect(failure.message).not.toMatch(/[\0-\x1f]/);
    expect(failure.message.length).toBeLessThan(300);
  });

  it('S-022 leaves a branch with an endless name out, and reads the others', async () => {
    const repository = await host.repository('long.git');
    const commit = await repository.commit({ a: '1' });
    await writeFile(
      join(repository.path, 'packed-refs'),
      `# pack-refs with: peeled fully-peeled sorted \n${commit} refs/heads/${'x'.repeat(4_000)}\n`,
    );
    const { commits, leftOut } = await sourceFor(host.server.port).refs({
      id: 'long',
      remoteUrl: host.url('long.git'),
    });
    expect([...commits.keys()]).toEqual([ref]);
    expect(leftOut).toBe(1);
  });

  it.each([
    ['a command', '[submodule "a"]\n\tpath = a\n\turl = ext::touch CANARY\n'],
    ['a folder outside', '[submodule "../../x"]\n\tpath = ../../x\n\turl = https://git.example/x\n'],
    ['an option', '[submodule "a"]\n\tpath = a\n\turl = -oProxyCommand=touch\n'],
    ['a carriage return', '[submodule "a"]\n\tpath = "a\r"\n\turl = ../..\n'],
    ['itself', '[submodule "a"]\n\tpath = a\n\turl = ./\n'],
  ])('S-024 takes nothing from a submodule that names %s', async (_what, gitmodules) => {
    const name = `modules-${++counter}.git`;
    const repository = await host.repository(name);
    const files = {
      Dockerfile: 'x',
      '.gitmodules': gitmodules.replace('CANARY', canary()),
      a: { submodule: someCommit },
    };
    const commit = await repository.commit(files);
    const source = sourceFor(host.server.port);
    const project = { id: `modules-${counter}`, remoteUrl: host.url(name) };
    const before = host.server.requests.length;
    const outcome = await source.prepare(project, { ref, commit }).catch((error: BuildFailure) => error);
    if ('code' in outcome) expect(outcome.code).toBe('PolicyRefused');
    else {
      const { files: list } = await source.context(project, commit, root);
      expect(list.find(({ path }) => path === 'a')).toMatchObject({ kind: 'directory', sizeBytes: 0 });
    }
    expect(host.server.requests.slice(before).every((request) => request.includes(name))).toBe(true);
    await expect(access(canary())).rejects.toThrow();
  });

  it('S-025 runs no hook, no filter and no monitor, and asks no LFS host', async () => {
    const lfs = await server((_request, response) => Boolean(response.end()));
    const repository = await host.repository('hooks.git');
    const pointer = `version https://git-lfs.github.com/spec/v1\noid sha256:${'0'.repeat(64)}\nsize 12\n`;
    const files = {
      Dockerfile: 'x',
      '.gitattributes': '* filter=lfs diff=lfs merge=lfs export-subst ident working-tree-encoding=UTF-16\n',
      '.lfsconfig': `[lfs]\n\turl = ${lfs.origin}\n`,
      '.gitconfig': `[core]\n\tfsmonitor = touch ${canary()}\n`,
      big: pointer,
      ident: '$Id$ $Format:%H$',
    };
    const source = sourceFor(host.server.port);
    const project = { id: 'hooks', remoteUrl: host.url('hooks.git') };
    await source.prepare(project, { ref, commit: await repository.commit(files) });
    // As bad as it gets: hooks and settings in the mirror itself.
    const mirror = join(mirrorRoot(), 'hooks', 'files.git');
    await mkdir(join(mirror, 'hooks'), { recursive: true });
    for (const hook of ['reference-transaction', 'post-update', 'post-checkout', 'pre-auto-gc'])
      await writeFile(join(mirror, 'hooks', hook), `#!/bin/sh\ntouch ${canary()}\n`, { mode: 0o755 }).then(() =>
        chmod(join(mirror, 'hooks', hook), 0o755),
      );
    await repository.git(['config', '--file', join(mirror, 'config'), 'core.fsmonitor', `touch ${canary()}`]);
    const commit = await repository.commit({ ...files, more: '1' });
    await source.prepare(project, { ref, commit });
    const { files: list } = await source.context(project, commit, root);
    const read = async (path: string) =>
      Buffer.from(await (list.find((file) => file.path === path)!.read() as Promise<Uint8Array>)).toString();
    expect(await read('big')).toBe(pointer);
    expect(await read('ident')).toBe('$Id$ $Format:%H$');
    await source.tidy(project);
    expect(lfs.requests).toEqual([]);
    await expect(access(canary())).rejects.toThrow();
  });

  it('S-029 gives up on an endless pack', async () => {
    // One stored deflate block after the other: data that does not shrink, in an object that never ends.
    const block = Buffer.concat([Buffer.from([0x00, 0x60, 0xea, 0x9f, 0x15]), Buffer.alloc(60_000, 0x55)]);
    const failure = await fetchFrom(
      (send, response) => {
        const blocks = (): void => {
          while (!response.destroyed && send(block));
        };
        response.on('drain', blocks);
        send(Buffer.concat([packHead(1), Buffer.from([0xbf, 0xff, 0xff, 0xff, 0x0f, 0x78, 0x01])]));
        blocks();
      },
      { maxPackBytes: 5_000_000 },
    );
    expect(failure.code).toBe('SourceTooLarge');
  }, 30_000);

  it.each([1_001, 100_000, 4_000_000_000])(
    'S-029 gives up when the pack says that it has %d objects',
    async (objects) => {
      const some = Buffer.concat(Array.from({ length: 50 }, () => packEntry('blob', Buffer.from('x'))));
      const failure = await fetchFrom(
        (send, response) => {
          send(packHead(objects));
          const timer = setInterval(() => send(some), 20);
          response.on('close', () => clearInterval(timer));
        },
        { maxObjects: 1_000 },
      );
      expect(failure.code).toBe('SourceTooLarge');
    },
    30_000,
  );

  it('S-029 gives up on a few bytes that would unpack to gigabytes', async () => {
    const base = Buffer.alloc(1_000_000, 1);
    const failure = await fetchFrom((send, response) => {
      const delta = packEntry('refDelta', growingDelta(base, 4_000), objectId('blob', base));
      send(pack(packEntry('blob', base), delta));
      response.end('0000');
    });
    expect(failure.code).toBe('SourceTooLarge');
  }, 30_000);

  it('S-029 gives up on a real repository over the limit, and on too many refs', async () => {
    const repository = await host.repository('large.git');
    const commit = await repository.commit({ Dockerfile: 'x', noise: randomBytes(8_000_000) });
    const source = sourceFor(host.server.port, { maxPackBytes: 1_000_000, maxRefs: 10 });
    const project = { id: 'large', remoteUrl: host.url('large.git') };
    expect((await failureOf(source.prepare(project, { ref, commit }))).code).toBe('SourceTooLarge');
    for (let i = 0; i < 11; i++) await repository.git(['update-ref', `refs/heads/b${i}`, commit]);
    expect((await failureOf(source.refs(project))).code).toBe('SourceTooLarge');
  });

  it('S-030 gives up on a host that sends a byte now and then', async () => {
    const slow = await server((_request, response) => {
      response.setHeader('content-type', 'application/x-git-upload-pack-advertisement');
      const timer = setInterval(() => response.write('0'), 200);
      response.on('close', () => clearInterval(timer));
      return true;
    });
    const source = sourceFor(slow.port, { slowWindowMs: 1_000 });
    const project = { id: 'slow', remoteUrl: `${slow.origin}/a.git` };
    const startedAt = performance.now();
    const failure = await failureOf(source.refs(project));
    expect(failure.code).toBe('SourceUnavailable');
    expect(failure.message).toMatch(/slowly/);
    expect((await failureOf(source.prepare(project, { ref, commit: someCommit }))).code).toBe('SourceUnavailable');
    expect(performance.now() - startedAt).toBeLessThan(10_000);
  }, 30_000);

  it('S-030 gives up on a pack that trickles, or that is only announced', async () => {
    const limits = { slowWindowMs: 1_000 };
    const trickle = await fetchFrom((send, response) => {
      send(packHead(3));
      const timer = setInterval(() => send(Buffer.from([0x78])), 300);
      response.on('close', () => clearInterval(timer));
    }, limits);
    expect(trickle.code).toBe('SourceUnavailable');
    const talk = await fetchFrom((_send, response) => {
      // Keep-alive chatter on the progress channel is no progress.
      const timer = setInterval(() => response.write('0009\x02 ...'), 5);
      response.on('close', () => clearInterval(timer));
    }, limits);
    expect(talk.code).toBe('SourceUnavailable');
  }, 30_000);

  it('S-030 gives up on a host that says nothing at all', async () => {
    const mute = await server(() => true);
    const source = sourceFor(mute.port, { refsTimeoutMs: 1_000, fetchTimeoutMs: 1_000, slowWindowMs: 60_000 });
    const project = { id: 'mute', remoteUrl: `${mute.origin}/a.git` };
    expect((await failureOf(source.refs(project))).message).toMatch(/in time/);
    expect((await failureOf(source.prepare(project, { ref, commit: someCommit }))).message).toMatch(/in time/);
  });
});

async function failureOf(promise: Promise<unknown>): Promise<BuildFailure> {
  return promise.then(
    (value) => Promise.reject(new Error(`it did not fail: ${JSON.stringify(value)}`)),
    (error: BuildFailure) => {
      if (error.name !== 'BuildFailure') throw error;
      return error;
    },
  );
}
