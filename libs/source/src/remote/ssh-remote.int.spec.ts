import { chmod, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import path, { join } from 'node:path';
import { type GitHost, type GitSshServer, makeSshKeyPair, startGitHost, startGitSshServer } from '@cooperage/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { failureOf } from '../../spec/failure-of.js';
import { createSource, type GitCredentials, type Source, type SourceOptions, type SourceProject } from '../index.js';
import { privateFolderOf } from '../source-options.js';

const ref = 'refs/heads/main';
const keyOfA = makeSshKeyPair();
const keyOfB = makeSshKeyPair();
const hostKey = makeSshKeyPair();

describe('a remote over ssh', () => {
  let host: GitHost;
  let ssh: GitSshServer;
  let source: Source;
  let commits: Record<'a' | 'b', string>;

  beforeAll(async () => {
    host = await startGitHost();
    commits = {
      a: await (await host.repository('a.git')).commit({ Dockerfile: 'a' }),
      b: await (await host.repository('b.git')).commit({ Dockerfile: 'b' }),
    };
    const deployKeys = { 'a.git': keyOfA.public, 'b.git': keyOfB.public };
    ssh = await startGitSshServer({ root: host.served, hostKey, deployKeys });
    source = makeSource();
  });

  afterAll(async () => {
    await source.close();
    await ssh.close();
    await host.close();
  });

  function makeSource(options: Partial<SourceOptions> = {}): Source {
    return createSource({
      mirrorRoot: join(host.folder, 'mirrors with \'odd" names'),
      allowPlainHttp: [],
      allowPrivate: [`127.0.0.1:${ssh.port}`],
      retryDelaysMs: [],
      ...options,
    });
  }

  const url = (name: string, at = '127.0.0.1'): string => `ssh://git@${at}:${ssh.port}/${name}`;
  const key = (privateKey: string, knownHosts?: string): GitCredentials => ({
    kind: 'sshKey',
    privateKey,
    ...(knownHosts !== undefined && { knownHosts }),
  });
  const a = (): SourceProject => ({ id: 'a', remoteUrl: url('a.git'), credentials: key(keyOfA.private) });
  const root = (): string => join(host.folder, 'mirrors with \'odd" names');

  it('reads refs, fetches a commit and looks at its history with a deploy key', async () => {
    expect((await source.refs(a())).commits.get(ref)).toBe(commits.a);
    expect((await source.prepare(a(), { ref, commit: commits.a })).commit).toBe(commits.a);
    expect(await source.isAncestor(a(), 'f'.repeat(40), commits.a)).toBe(false);
  });

  it('S-032 cannot fetch another project with the key of one, whatever was fetched before', async () => {
    await source.prepare(a(), { ref, commit: commits.a });
    for (const credentials of [key(keyOfA.private), undefined]) {
      const b: SourceProject = { id: 'b', remoteUrl: url('b.git'), ...(credentials && { credentials }) };
      expect((await failureOf(source.prepare(b, { ref, commit: commits.b }))).code).toBe('SourceAccessDenied');
      expect((await failureOf(source.refs(b))).code).toBe('SourceAccessDenied');
      expect((await failureOf(source.prepare({ ...b, id: 'a' }, { ref, commit: commits.b }))).code).toBe(
        'SourceAccessDenied',
      );
    }
  });

  it('S-032 leaves no key behind, also after a failure and after a process that was killed', async () => {
    await source.prepare({ ...a(), id: 'fresh' }, { ref, commit: commits.a });
    await failureOf(source.refs({ ...a(), remoteUrl: url('b.git') }));
    expect(await filesWith(root(), 'PRIVATE KEY')).toEqual([]);
    await writeFile(join(privateFolderOf(root()), 'x-leftover'), keyOfA.private);
    const next = makeSource();
    await next.refs(a());
    await next.close();
    for (const folder of [root(), privateFolderOf(root())]) expect(await filesWith(folder, 'PRIVATE KEY')).toEqual([]);
  });

  it('R2-M-2 keeps keys apart from mirrors, which builders may share, and none where others can read it', async () => {
    await source.refs(a());
    const folder = privateFolderOf(root());
    expect(path.relative(root(), folder)).toMatch(/^\.\./);
    expect(await readdir(root())).not.toContain('.private');
    await chmod(folder, 0o755);
    const next = makeSource();
    await expect(next.refs(a())).rejects.toThrow(/not a folder of this user alone/);
    await next.close();
    await chmod(folder, 0o700);
  });

  it('keeps its folders from other users of the machine', async () => {
    await source.refs(a());
    for (const folder of [root(), privateFolderOf(root())]) expect((await stat(folder)).mode & 0o077).toBe(0);
  });

  it('trusts the first host key of a project and no other afterwards', async () => {
    await source.refs({ ...a(), id: 'first' });
    const known = await readFile(join(root(), 'first', 'known_hosts'), 'utf8');
    expect(known).toContain(hostKey.public.split(' ')[1]);
    await writeFile(
      join(root(), 'first', 'known_hosts'),
      known.replace(hostKey.public.split(' ')[1]!, makeSshKeyPair().public.split(' ')[1]!),
    );
    const failure = await failureOf(source.refs({ ...a(), id: 'first' }));
    expect(failure).toMatchObject({
      code: 'SourceAccessDenied',
      message: expect.stringMatching(/ssh key of the git host/),
    });
  });

  it('trusts exactly the host keys that the project names', async () => {
    const line = (pair: { public: string }): string =>
      `[127.0.0.1]:${ssh.port} ${pair.public.split(' ').slice(0, 2).join(' ')}`;
    const good = { ...a(), id: 'named', credentials: key(keyOfA.private, line(hostKey)) };
    expect((await source.refs(good)).commits.get(ref)).toBe(commits.a);
    for (const knownHosts of ['', line(makeSshKeyPair())]) {
      const bad = { ...a(), id: 'named', credentials: key(keyOfA.private, knownHosts) };
      expect((await failureOf(source.refs(bad))).code).toBe('SourceAccessDenied');
    }
  });

  it('S-020 connects to the checked address and checks the key of the name', async () => {
    const name = `git.example.invalid:${ssh.port}`;
    const named = makeSource({ allowPrivate: [name], resolve: async () => ['127.0.0.1'] });
    const knownHosts = `[git.example.invalid]:${ssh.port} ${hostKey.public.split(' ').slice(0, 2).join(' ')}`;
    const project = {
      id: 'name',
      remoteUrl: url('a.git', 'git.example.invalid'),
      credentials: key(keyOfA.private, knownHosts),
    };
    expect((await named.refs(project)).commits.get(ref)).toBe(commits.a);
    await named.close();
  });

  it('reads nobody’s ssh configuration, and says what is wrong with a key', async () => {
    expect((await failureOf(source.refs({ ...a(), credentials: key('not a key') }))).code).toBe('SourceAccessDenied');
    const basic: GitCredentials = { kind: 'basic', username: 'u', password: 'p' };
    expect((await failureOf(source.refs({ ...a(), credentials: basic }))).message).toMatch(/for ssh/);
  });
});

async function filesWith(folder: string, text: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const contents = await Promise.all(files.map((file) => readFile(file, 'latin1')));
  return files.filter((_file, index) => contents[index]!.includes(text));
}
