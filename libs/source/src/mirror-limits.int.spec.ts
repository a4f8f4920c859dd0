import { randomBytes } from 'node:crypto';
import { readdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type GitHost, lyingGitServer, objectId, pack, packEntry, startGitHost } from '@cooperage/testing';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { HostileHosts } from '../spec/hostile-hosts.js';
import { createSource, type Source, type SourceLimits } from './index.js';
import { mirrorFolder } from './mirror/mirror-shelf.js';

const main = 'refs/heads/main';
const size = 100_000;

describe('R3-A4 what one mirror may take', () => {
  let host: GitHost;
  let source: Source;
  let root: string;
  let counter = 0;

  beforeAll(async () => {
    host = await startGitHost();
  });
  afterEach(() => source.close());
  afterAll(() => host.close());

  const fresh = async (limits: Partial<SourceLimits>) => {
    const name = `r${++counter}.git`;
    root = join(host.folder, `mirrors-${counter}`);
    source = createSource({ mirrorRoot: root, allowPlainHttp: [host.hostPort], retryDelaysMs: [], limits });
    return { repository: await host.repository(name), project: { id: `p${counter}`, remoteUrl: host.url(name) } };
  };
  const packBytes = async (project: { id: string; remoteUrl: string }) => {
    const folder = join(root, mirrorFolder(project), 'files.git', 'objects', 'pack');
    const files = await Promise.all((await readdir(folder)).map((name) => stat(join(folder, name))));
    return files.reduce((sum, file) => sum + file.size, 0);
  };

  it('R3-A4 is bounded, though its packs are few: it is made anew, and gives the next commit', async () => {
    const { repository, project } = await fresh({ maxMirrorBytes: 3 * size });
    for (let at = 0; at < 8; at++) {
      const commit = await repository.commit({ Dockerfile: 'FROM scratch\n', [`f${at}`]: randomBytes(size) });
      expect((await source.prepare(project, { ref: main, commit })).commit).toBe(commit);
      expect(await packBytes(project)).toBeLessThan(4.5 * size);
      const { files } = await source.context(project, commit, { contextPath: '.', dockerfilePath: 'Dockerfile' });
      expect(files.map(({ path }) => path)).toContain(`f${at}`);
    }
  });

  it('R3-A4 is not fetched where the disk has less left than stays free, and the refs are read all the same', async () => {
    const { repository, project } = await fresh({ minFreeBytes: Number.MAX_SAFE_INTEGER });
    const commit = await repository.commit({ a: '1' });
    expect((await source.refs(project)).commits.get(main)).toBe(commit);
    await expect(source.prepare(project, { ref: main, commit })).rejects.toMatchObject({
      code: 'DiskFull',
      message: expect.stringMatching(
        /^The commit was not fetched\. The disk has \d+\.\d GiB left, and keeps .+ free\.$/,
      ),
    });
  });

  it('R19A-2 reads no list of cuts beyond its limit, however long a git host makes it', async () => {
    const hosts = await HostileHosts.start();
    const [tree, who] = [Buffer.alloc(0), 'a <a@example.com> 1 +0000'];
    const commit = Buffer.from(`tree ${objectId('tree', tree)}\nauthor ${who}\ncommitter ${who}\n\nroot\n`);
    const cuts = Array.from({ length: 5_000 }, (_, at) => at.toString(16).padStart(40, '0'));
    const liar = await hosts.server(
      lyingGitServer((send, response) => {
        send(pack(packEntry('commit', commit), packEntry('tree', tree)));
        response.end('0000');
      }, cuts),
    );
    const project = { id: hosts.uniqueId(), remoteUrl: `${liar.origin}/a.git` };
    const [head, other] = [objectId('commit', commit), 'b'.repeat(40)];
    const ask = (limits: Partial<SourceLimits>) => hosts.source([liar.port], limits).isAncestor(project, other, head);
    const tooLong = { code: 'SourceTooLarge', message: expect.stringMatching(/cuts the history at too many commits/) };
    await expect(ask({ maxShallowBytes: 100_000 })).rejects.toMatchObject(tooLong);
    expect(await ask({})).toBe(false);
    // What is there already may be of a release without this limit.
    await expect(ask({ maxShallowBytes: 50_000 })).rejects.toMatchObject(tooLong);
    await hosts.close();
  });

  it('R19A-2 makes a repository anew that has too many cuts of its own commits', async () => {
    const { repository, project } = await fresh({ maxShallowBytes: 100 });
    for (let at = 0; at < 5; at++) {
      const commit = await repository.commit({ Dockerfile: 'FROM scratch\n', f: String(at) });
      await source.prepare(project, { ref: main, commit });
      const cuts = await stat(join(root, mirrorFolder(project), 'files.git', 'shallow'));
      expect(cuts.size).toBeLessThanOrEqual(3 * 41);
    }
  });

  it('R15B-1 removes what a fetch left that did not end, also where the disk is too full for another one', async () => {
    const { repository, project } = await fresh({});
    await source.prepare(project, { ref: main, commit: await repository.commit({ a: '1' }) });
    await source.close();
    source = createSource({
      ...{ mirrorRoot: root, allowPlainHttp: [host.hostPort], retryDelaysMs: [] },
      limits: { minFreeBytes: Number.MAX_SAFE_INTEGER },
    });
    const packs = join(root, mirrorFolder(project), 'files.git', 'objects', 'pack');
    const names = await readdir(packs);
    await writeFile(join(packs, 'tmp_pack_x1Y2z3'), randomBytes(size));
    const commit = await repository.commit({ a: '2' });
    await expect(source.prepare(project, { ref: main, commit })).rejects.toMatchObject({ code: 'DiskFull' });
    expect(await readdir(packs)).toEqual(names);
  });
});
