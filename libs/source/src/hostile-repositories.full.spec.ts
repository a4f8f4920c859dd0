import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { BuildFailure } from '@cooperage/domain';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { failureOf } from '../spec/failure-of.js';
import { HostileHosts } from '../spec/hostile-hosts.js';
import { mirrorFolder } from './mirror/mirror-shelf.js';

const ref = 'refs/heads/main';
const someCommit = 'a'.repeat(40);
const root = { contextPath: '.', dockerfilePath: 'Dockerfile' };

describe('hostile repositories', () => {
  let hosts: HostileHosts;

  beforeAll(async () => {
    hosts = await HostileHosts.start();
  });

  afterAll(() => hosts.close());

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
    const id = hosts.uniqueId();
    const repository = await hosts.host.repository(`${id}.git`);
    const branch = `refs/heads/${name}`;
    const commits = [await repository.commit({ Dockerfile: '1' }), await repository.commit({ Dockerfile: '2' })];
    await repository.git(['update-ref', '--', branch, commits[1]!]);
    const old = await hosts.server(undefined, true);
    for (const { port, origin } of [hosts.host.server, old]) {
      const source = hosts.source([port]);
      const project = { id: `${id}-${port}`, remoteUrl: `${origin}/${id}.git` };
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
    const source = hosts.source([hosts.host.server.port]);
    const project = { id: 'odd', remoteUrl: hosts.host.url('x.git') };
    const failure = await failureOf(source.prepare(project, { ref: `refs/heads/${name}`, commit: someCommit }));
    expect(failure.code).toBe('RefNotFound');
    expect(failure.message).not.toMatch(/[\0-\x1f]/);
    expect(failure.message.length).toBeLessThan(300);
  });

  it('S-022 leaves a branch with an endless name out, and reads the others', async () => {
    const repository = await hosts.host.repository('long.git');
    const commit = await repository.commit({ a: '1' });
    await writeFile(
      join(repository.path, 'packed-refs'),
      `# pack-refs with: peeled fully-peeled sorted \n${commit} refs/heads/${'x'.repeat(4_000)}\n`,
    );
    const { commits, leftOut } = await hosts.source([hosts.host.server.port]).refs({
      id: 'long',
      remoteUrl: hosts.host.url('long.git'),
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
    const id = hosts.uniqueId();
    const name = `${id}.git`;
    const repository = await hosts.host.repository(name);
    const files = {
      Dockerfile: 'x',
      '.gitmodules': gitmodules.replace('CANARY', hosts.canary),
      a: { submodule: someCommit },
    };
    const commit = await repository.commit(files);
    const source = hosts.source([hosts.host.server.port]);
    const project = { id, remoteUrl: hosts.host.url(name) };
    const before = hosts.host.server.requests.length;
    const outcome = await source.prepare(project, { ref, commit }).catch((error: BuildFailure) => error);
    if ('code' in outcome) expect(outcome.code).toBe('PolicyRefused');
    else {
      const { files: list } = await source.context(project, commit, root);
      expect(list.find(({ path }) => path === 'a')).toMatchObject({ kind: 'directory', sizeBytes: 0 });
    }
    expect(hosts.host.server.requests.slice(before).every((request) => request.includes(name))).toBe(true);
    expect(await hosts.wasCanaryTouched()).toBe(false);
  });

  it('S-025 runs no hook, no filter and no monitor, and asks no LFS host', async () => {
    const lfs = await hosts.server((_request, response) => Boolean(response.end()));
    const repository = await hosts.host.repository('hooks.git');
    const pointer = `version https://git-lfs.github.com/spec/v1\noid sha256:${'0'.repeat(64)}\nsize 12\n`;
    const files = {
      Dockerfile: 'x',
      '.gitattributes': '* filter=lfs diff=lfs merge=lfs export-subst ident working-tree-encoding=UTF-16\n',
      '.lfsconfig': `[lfs]\n\turl = ${lfs.origin}\n`,
      '.gitconfig': `[core]\n\tfsmonitor = touch ${hosts.canary}\n`,
      big: pointer,
      ident: '$Id$ $Format:%H$',
    };
    const source = hosts.source([hosts.host.server.port]);
    const project = { id: 'hooks', remoteUrl: hosts.host.url('hooks.git') };
    await source.prepare(project, { ref, commit: await repository.commit(files) });
    // As bad as it gets: hooks and settings in the mirror itself.
    const mirror = join(hosts.mirrorRoot, mirrorFolder(project), 'files.git');
    await mkdir(join(mirror, 'hooks'), { recursive: true });
    for (const hook of ['reference-transaction', 'post-update', 'post-checkout', 'pre-auto-gc'])
      await writeFile(join(mirror, 'hooks', hook), `#!/bin/sh\ntouch ${hosts.canary}\n`, { mode: 0o755 }).then(() =>
        chmod(join(mirror, 'hooks', hook), 0o755),
      );
    await repository.git(['config', '--file', join(mirror, 'config'), 'core.fsmonitor', `touch ${hosts.canary}`]);
    const commit = await repository.commit({ ...files, more: '1' });
    await source.prepare(project, { ref, commit });
    const { files: list } = await source.context(project, commit, root);
    const read = async (path: string) =>
      Buffer.from(await (list.find((file) => file.path === path)!.read() as Promise<Uint8Array>)).toString();
    expect(await read('big')).toBe(pointer);
    expect(await read('ident')).toBe('$Id$ $Format:%H$');
    await source.tidy(project);
    expect(lfs.requests).toEqual([]);
    expect(await hosts.wasCanaryTouched()).toBe(false);
  });
});
