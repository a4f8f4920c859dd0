import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { lyingGitServer } from '@cooperage/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { failureOf } from '../spec/failure-of.js';
import { HostileHosts } from '../spec/hostile-hosts.js';
import { GitCommand } from './git/git-command.js';

const ref = 'refs/heads/main';
const someCommit = 'a'.repeat(40);

describe('hostile addresses', () => {
  let hosts: HostileHosts;

  beforeAll(async () => {
    hosts = await HostileHosts.start();
  });

  afterAll(() => hosts.close());

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
    const source = hosts.source([hosts.host.server.port]);
    const project = { id: 'schemes', remoteUrl: url.replaceAll('CANARY', hosts.canary) };
    expect((await failureOf(source.refs(project))).code).toBe('InvalidBuildConfig');
    expect((await failureOf(source.prepare(project, { ref, commit: someCommit }))).code).toBe('InvalidBuildConfig');
    expect(await hosts.wasCanaryTouched()).toBe(false);
  });

  it.each(['ext::touch CANARY', 'file://SERVED/x.git', 'SERVED/x.git', 'git://127.0.0.1/x.git'])(
    'S-017 git itself refuses %s, even where our own check would not',
    async (template) => {
      const gitDir = (await hosts.host.repository(`bare-${hosts.uniqueId()}.git`)).path;
      await hosts.host.repository('x.git').then((repository) => repository.commit({ a: '1' }));
      const home = join(hosts.host.folder, 'home');
      await mkdir(home, { recursive: true });
      const git = new GitCommand({
        gitPath: 'git',
        searchPath: process.env.PATH ?? '',
        home,
        maxAllocationBytes: 2 ** 28,
        maxAddressBytes: 2 ** 30,
      });
      const url = template.replace('CANARY', hosts.canary).replace('SERVED', hosts.host.served);
      for (const protocol of [undefined, 'https'])
        await expect(
          git.run({ args: ['fetch', '--', url, 'HEAD'], gitDir, ...(protocol && { protocol }) }),
        ).rejects.toThrow(/not allowed/);
      expect(await hosts.wasCanaryTouched()).toBe(false);
    },
  );

  it('S-019 never connects to a private address that the operator did not name', async () => {
    const source = hosts.source([]);
    const before = hosts.host.server.requests.length;
    for (const name of ['127.0.0.1', 'localhost', '2130706433', '[::1]', '[::ffff:127.0.0.1]', '0.0.0.0']) {
      const project = { id: 'private', remoteUrl: `https://${name}:${hosts.host.server.port}/a.git` };
      expect((await failureOf(source.refs(project))).code).toBe('PolicyRefused');
      const overSsh = { id: 'private', remoteUrl: `ssh://git@${name}:${hosts.host.server.port}/a.git` };
      expect((await failureOf(source.refs(overSsh))).code).toBe('PolicyRefused');
    }
    expect(hosts.host.server.requests).toHaveLength(before);
  });

  it('S-020 connects to the address that was checked, and asks for it once', async () => {
    const repository = await hosts.host.repository('pinned.git');
    const commit = await repository.commit({ a: '1' });
    const name = `git.example.invalid:${hosts.host.server.port}`;
    let answers: string[] = [];
    const resolve = async (): Promise<string[]> => [answers.shift() ?? 'no more questions'];
    const source = hosts.source([hosts.host.server.port], {}, { allowPlainHttp: [name], resolve });
    const project = { id: 'pinned', remoteUrl: `http://${name}/pinned.git` };
    answers = ['127.0.0.1'];
    expect((await source.refs(project)).commits.get(ref)).toBe(commit);
    const before = hosts.host.server.requests.length;
    // The next answer would lead to the server; the checked one does not.
    answers = ['127.0.0.2', '127.0.0.1'];
    expect((await failureOf(source.prepare(project, { ref, commit }))).code).toBe('SourceUnavailable');
    expect(hosts.host.server.requests).toHaveLength(before);
    expect(answers).toEqual(['127.0.0.1']);
  });

  it.each(['http', 'https', 'ftp', 'file', 'ext'])('S-021 does not follow a redirect to %s', async (scheme) => {
    for (const method of ['GET', 'POST']) {
      const before = hosts.host.server.requests.length;
      const location = `${scheme}://127.0.0.1:${hosts.host.server.port}/a.git`;
      const redirecting = await hosts.server((request, response) => {
        if (request.method === method) response.writeHead(302, { location: `${location}${request.url}` }).end();
        else lyingGitServer(() => {})(request, response);
        return true;
      });
      const source = hosts.source(
        [redirecting.port],
        {},
        { allowPlainHttp: [`127.0.0.1:${redirecting.port}`, hosts.host.hostPort] },
      );
      const project = { id: hosts.uniqueId(), remoteUrl: `${redirecting.origin}/a.git` };
      const failure = await failureOf(source.prepare(project, { ref, commit: someCommit }));
      expect(['SourceAccessDenied', 'SourceUnavailable']).toContain(failure.code);
      if (method === 'GET') expect(failure.message).toMatch(/redirect/);
      expect(hosts.host.server.requests).toHaveLength(before);
    }
  });
});
