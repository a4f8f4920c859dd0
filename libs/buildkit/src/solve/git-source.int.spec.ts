import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
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

  describe('that others fetch too', () => {
    /** What names a ref and the commit behind it apart, so that the two need not belong together. */
    const named = (address: string, ref: string, checksum: string) =>
      `"${address}?ref=${ref}&checksum=${checksum}&fetch-by-commit=true"`;
    /** Files of `/src` and of its git folder, each with its content. */
    const kept = (address: string) =>
      `FROM busybox\nADD --keep-git-dir=true ${address} /src\nRUN cd /src/.git && ls refs/heads && find refs packed-refs -type f -exec cat {} + ; true`;
    const tagObject = (lib: TestGitRepository, commit: string) =>
      lib
        .git(
          ['mktag'],
          Buffer.from(`object ${commit}\ntype commit\ntag v9\ntagger A <a@b> 4000000000 +0000\n\nplanted\n`),
        )
        .then((id) => id.trim());

    it('R14C-1 is the tree of the tag that was asked for, whatever somebody else has given that name', async () => {
      const lib = await repository('tagged');
      const address = `${server.origin}/tagged.git`;
      await lib.git(['tag', 'v1.4', await lib.commit({ 'lib.txt': 'as released' })]);
      const planted = await lib.commit({ 'lib.txt': 'planted' }, { ref: 'refs/heads/other' });
      await build(connection, shows(named(address, 'refs/tags/v1.4', planted), 'cat lib.txt'));
      for (const ref of ['tags/v1.4', 'v1.4', 'refs/tags/v1.4']) {
        const { output } = await build(connection, shows(`${address}#${ref}`, 'cat lib.txt'));
        expect(output, ref).toMatch(/as released$/);
      }
    });

    it.each([
      ['a branch', 'by-branch', (address: string) => `${address}#main`],
      ['a commit', 'by-commit', (address: string, commit: string) => named(address, 'refs/heads/main', commit)],
    ])(
      'R14C-1 has no tag in its git folder that somebody else has named, asked for by %s',
      async (_by, name, asked) => {
        const lib = await repository(name);
        const address = `${server.origin}/${name}.git`;
        const commit = await lib.commit({ 'lib.txt': 'a library' });
        const planted = await tagObject(lib, commit);
        for (const ref of ['refs/tags/planted', 'refs/heads/main'])
          await build(connection, shows(named(address, ref, planted), 'cat lib.txt'));
        const { output } = await build(connection, kept(asked(address, commit)));
        expect(output).toContain(`HEAD is now at ${commit.slice(0, 7)}`);
        expect(output).toContain(`\n${commit}\n`);
        expect(output).not.toContain(planted);
      },
    );

    it('R14C-1 is no other commit than the one that it is found by, also where its tag is moved meanwhile', async () => {
      const lib = await repository('moved');
      const [first, second] = [
        await lib.commit({ 'lib.txt': 'the first' }),
        await lib.commit({ 'lib.txt': 'the second' }),
      ];
      await lib.git(['tag', 'v1', first]);
      let questions = 0;
      const moving = await startGitHttpServer({
        ...{ root, address: services().reachableAddress },
        intercept: async ({ method }) => {
          // The first question is what the tag is; it is fetched with the second.
          if (method === 'GET' && ++questions === 2) await lib.git(['tag', '--force', 'v1', second]);
          return false;
        },
      });
      onTestFinished(() => moving.close());
      const steps = shows(`${moving.origin}/moved.git#tags/v1`, 'cat lib.txt');
      await expect(build(connection, steps)).rejects.toThrow(`is not ${first} after the fetch`);
      expect((await build(connection, steps)).output).toMatch(/the second$/);
    });

    it('R14C-2 comes also where somebody else asked for a commit as git names it by SHA-256', async () => {
      const lib = await repository('sha1');
      const address = `${server.origin}/sha1.git`;
      const commit = await lib.commit({ 'lib.txt': 'a library' });
      await expect(build(connection, shows(`${address}#${'a'.repeat(64)}`, 'true'))).rejects.toThrow();
      for (const ref of ['main', commit])
        expect((await build(connection, shows(`${address}#${ref}`, 'cat lib.txt'))).output).toMatch(/a library$/);
    });

    it('R14C-2 comes also where somebody else has fetched from an address that begins as its own does', async () => {
      const lib = await repository('prefix');
      const address = `${server.origin}/prefix.git`;
      await lib.commit({ 'lib.txt': 'a library' });
      await expect(build(connection, shows(`${address}::0.git#${'a'.repeat(40)}`, 'true'))).rejects.toThrow();
      const { output } = await build(connection, shows(`${address}#main`, 'cat lib.txt'));
      expect(output).toMatch(/a library$/);
    });

    it('R14C-4 comes also after a git that was killed while it checked out', async () => {
      const lib = await repository('killed');
      const address = `${server.origin}/killed.git`;
      const first = await lib.commit({ 'lib.txt': 'the first' });
      await build(connection, shows(`${address}#${first}`, 'cat lib.txt'));
      const shared = sharedRepositories(address);
      expect(shared).not.toEqual([]);
      for (const folder of shared) {
        // As a write of it that did not come to its end leaves it.
        writeFileSync(join(folder, 'index'), '');
        writeFileSync(join(folder, 'index.lock'), '');
      }
      const second = await lib.commit({ 'lib.txt': 'the second' });
      const { output } = await build(connection, shows(`${address}#${second}`, 'cat lib.txt'));
      expect(output).toMatch(/the second$/);
    });

    it('V14-5 comes also after a git that was killed while it wrote the ref', async () => {
      const lib = await repository('locked');
      const address = `${server.origin}/locked.git`;
      await lib.commit({ 'lib.txt': 'the first' });
      await build(connection, shows(`${address}#main`, 'cat lib.txt'));
      const shared = sharedRepositories(address);
      expect(shared.map((folder) => existsSync(join(folder, 'refs/tags/main')))).toContain(true);
      for (const folder of shared) writeFileSync(join(folder, 'refs/tags/main.lock'), '');
      await lib.commit({ 'lib.txt': 'the second' });
      expect((await build(connection, shows(`${address}#main`, 'cat lib.txt'))).output).toMatch(/the second$/);
    });

    it('R15C-3 comes also while somebody else waits for another ref of it', async () => {
      const [asked, opened] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
      let questions = 0;
      const trickling = await startGitHttpServer({
        ...{ root, address: services().reachableAddress },
        intercept: async ({ method }) => {
          // The first question is what the ref is; it is fetched with the second.
          if (method !== 'GET' || ++questions !== 2) return false;
          asked.resolve();
          await opened.promise;
          return false;
        },
      });
      onTestFinished(() => trickling.close());
      const lib = await repository('trickled');
      const address = `${trickling.origin}/trickled.git`;
      await lib.commit({ 'lib.txt': 'a library' });
      await lib.commit({ 'lib.txt': 'much of it' }, { ref: 'refs/heads/large' });
      const large = build(connection, shows(`${address}#large`, 'cat lib.txt'));
      await asked.promise;
      expect((await build(connection, shows(`${address}#main`, 'cat lib.txt'))).output).toMatch(/a library$/);
      opened.resolve();
      expect((await large).output).toMatch(/much of it$/);
    });

    it('R14C-4 comes in one piece, so that no commit is there without its files', async () => {
      const lib = await repository('small');
      const address = `${server.origin}/small.git`;
      const commit = await lib.commit({ 'lib.txt': 'a library' });
      await build(connection, shows(`${address}#${commit}`, 'cat lib.txt'));
      const objects = sharedRepositories(address).map((folder) => readdirSync(join(folder, 'objects')).sort());
      // No folder of single objects.
      expect(objects).toEqual([['info', 'pack']]);
    });
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

  it('R14C-3 by SSH is refused without a word to the server, which could keep silent for ever', async () => {
    const connected: Socket[] = [];
    const silent = createServer((socket) => connected.push(socket));
    await new Promise<void>((resolve) => silent.listen(0, services().reachableAddress, resolve));
    onTestFinished(async () => {
      for (const socket of connected) socket.destroy();
      await new Promise((resolve) => silent.close(resolve));
    });
    const address = silent.address();
    if (address === null || typeof address === 'string') throw new Error('the server has no port');
    const source = `ssh://git@${services().reachableAddress}:${address.port}/lib.git#main`;
    await expect(build(connection, shows(source, 'true'))).rejects.toThrow('no SSH key');
    expect(connected).toHaveLength(0);
  });
});

/** Of the engine that runs, by what git has written into them. */
function sharedRepositories(address: string): string[] {
  const state = join(dirname(process.env.COOPERAGE_TEST_SERVICES!), 'buildkit');
  const stores = readdirSync(state).map((name) => join(state, name, 'snapshots', 'snapshots'));
  return stores
    .filter((store) => existsSync(store))
    .flatMap((store) => readdirSync(store).map((name) => join(store, name)))
    .flatMap((snapshot) => [snapshot, join(snapshot, 'fs')])
    .filter((folder) => {
      const config = join(folder, 'config');
      return existsSync(config) && readFileSync(config, 'utf8').includes(`url = ${address}\n`);
    });
}
