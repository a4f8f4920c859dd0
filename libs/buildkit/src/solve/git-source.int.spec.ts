import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { demandBasic, type GitHttpServer, services, startGitHttpServer, TestGitRepository } from '@cooperage/testing';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { build } from '../testing/small-build.js';
import { EngineConnection } from '../wire/connection.js';

describe('a repository that ADD fetches', () => {
  const root = mkdtempSync(join(tmpdir(), 'cooperage-git-'));
  const connection = new EngineConnection({ address: services().engine });
  let server: GitHttpServer;

  beforeAll(async () => {
    server = await startGitHttpServer({ root, address: services().reachableAddress });
  });
  afterAll(async () => {
    await connection.close();
    await server.close();
    rmSync(root, { recursive: true, force: true });
  });

  const repository = (name: string) => TestGitRepository.create(join(root, `${name}.git`));
  const shows = (address: string, command: string) =>
    `FROM busybox\nADD --keep-git-dir=false ${address} /src\nRUN cd /src && ${command}`;

  it('R13A-1 R13A-2 R13A-5 comes without its submodules, and git is asked for none of them', async () => {
    const part = await (await repository('part')).commit({ 'part.txt': 'a part' });
    const lib = await repository('lib');
    const modules = (url: string) => `[submodule "part"]\n\tpath = part\n\turl = ${url}\n`;
    const commit = await lib.commit({
      'lib.txt': 'a library',
      '.gitmodules': modules(`${server.origin}/part.git`),
      part: { submodule: part },
    });
    const steps = shows(`${server.origin}/lib.git#${commit}`, 'cat lib.txt; ls part');
    const { output, asked } = await build(connection, steps);
    // What git says of its work comes first.
    expect(output.endsWith('a library')).toBe(true);
    expect(server.requests.filter((request) => request.includes('/part.git'))).toEqual([]);
    expect(asked.map(({ submodules }) => submodules)).toContain('leftOut');
  });

  it('R13A-4 has in its git folder the address that it was asked for at, also where the same commit came from another before', async () => {
    const [tool, fork] = [await repository('tool'), await repository('fork')];
    const content = { 'tool.txt': 'a tool' };
    const commits = [await tool.commit(content), await fork.commit(content)];
    expect(commits[0]).toBe(commits[1]);
    for (const name of ['fork', 'tool']) {
      const address = `${server.origin}/${name}.git`;
      const steps = `FROM busybox\nADD --keep-git-dir=true ${address}#main /src\nRUN grep url /src/.git/config`;
      expect((await build(connection, steps)).output).toMatch(new RegExp(`url = ${address}\\s*$`));
    }
  });

  it('R14C-5 is fetched with the credentials of its own build, also while another fetches the same', async () => {
    const [asked, opened] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const demandToken = demandBasic('x-access-token', 'the right one');
    const guarded = await startGitHttpServer({
      ...{ root, address: services().reachableAddress },
      intercept: async (request, response) => {
        asked.resolve();
        await opened.promise;
        return demandToken(request, response);
      },
    });
    onTestFinished(() => guarded.close());
    await (await repository('private')).commit({ 'lib.txt': 'a private library' });
    const steps = shows(`${guarded.origin}/private.git#main`, 'cat lib.txt');
    const token = (value: string) => new Map([['GIT_AUTH_TOKEN', Buffer.from(value)]]);
    const own = build(connection, steps, { secrets: token('the right one'), fetchOwner: 'registry/own' });
    await asked.promise;
    const others = [{}, { secrets: token('a wrong one'), fetchOwner: 'registry/other' }].map((given) => {
      const begun = Promise.withResolvers<void>();
      const onStarted = (vertex: string) => vertex.includes('private.git') && begun.resolve();
      const refused = expect(build(connection, steps, { ...given, onStarted })).rejects.toThrow('private.git');
      return { begun: begun.promise, refused };
    });
    for (const { begun } of others) await begun;
    opened.resolve();
    expect((await own).output).toMatch(/a private library$/);
    for (const { refused } of others) await refused;
  });
});
