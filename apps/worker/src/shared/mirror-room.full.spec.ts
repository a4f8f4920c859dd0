import { randomBytes, randomUUID } from 'node:crypto';
import { mkdir, readdir, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { createSource, type Source } from '@cooperage/source';
import { createLogger } from '@cooperage/telemetry';
import { type GitHost, startGitHost } from '@cooperage/testing';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { MirrorKeeper } from './mirror-keeper.js';
import { MirrorRoom } from './mirror-room.js';

const logger = createLogger({ process: 'test', level: 'silent' });
const size = 100_000;
const budgetBytes = 5 * size;
const gibibyte = 1024 ** 3;

describe('R3-A4 a root of mirrors', () => {
  let host: GitHost;
  let root: string;
  let source: Source;
  let keeper: MirrorKeeper;
  let owners: Map<string, string>;
  let freeBytes: number;
  let counter = 0;

  beforeAll(async () => {
    host = await startGitHost();
  });
  afterAll(() => host.close());
  beforeEach(() => {
    root = path.join(host.folder, `mirrors-${randomUUID()}`);
    source = createSource({ mirrorRoot: root, allowPlainHttp: [host.hostPort], retryDelaysMs: [] });
    keeper = new MirrorKeeper(source, logger);
    [owners, freeBytes] = [new Map(), 100 * gibibyte];
  });
  afterEach(async () => {
    await keeper.close();
    await source.close();
  });

  const room = (
    heldMs = -1,
    mirrors: ConstructorParameters<typeof MirrorRoom>[0] = source,
    ownersOf = async () => owners,
  ) => {
    const spaceOf = async () => ({ freeBytes, totalBytes: 200 * gibibyte });
    return new MirrorRoom(mirrors, keeper, { owners: ownersOf }, { root, budgetBytes, heldMs, spaceOf }, logger);
  };
  const project = async (owner: string) => {
    const name = `r${++counter}.git`;
    const repository = await host.repository(name);
    const one = { id: randomUUID(), remoteUrl: host.url(name) };
    owners.set(one.id, owner);
    const prepare = async () => {
      const commit = await repository.commit({ Dockerfile: 'FROM scratch\n', x: randomBytes(size) });
      return source.prepare(one, { ref: 'refs/heads/main', commit });
    };
    return { ...one, prepare };
  };
  const bytes = async () => {
    const entries = await readdir(root, { recursive: true, withFileTypes: true });
    const files = entries.filter((entry) => entry.isFile());
    const sizes = await Promise.all(files.map((file) => stat(path.join(file.parentPath, file.name))));
    return sizes.reduce((sum, each) => sum + each.size, 0);
  };
  const mirrorsOf = async ({ id }: { id: string }) =>
    (await readdir(path.join(root, id)).catch(() => [])).filter((name) => /^[0-9a-f]{32}$/.test(name)).length;

  it('R3-A4 stays below its budget, and the organization that has the most gives way', async () => {
    const [large, small] = [await project('a'), await project('b')];
    for (let at = 0; at < 7; at++) await large.prepare();
    await small.prepare();
    expect(await bytes()).toBeGreaterThan(budgetBytes);
    await room().look();
    expect(await bytes()).toBeLessThan(budgetBytes);
    expect([await mirrorsOf(large), await mirrorsOf(small)]).toEqual([0, 1]);
    await large.prepare();
    expect(await mirrorsOf(large)).toBe(1);
  });

  it('R3-A4 keeps what is in use, here or by another process of the root', async () => {
    const large = await project('a');
    for (let at = 0; at < 6; at++) await large.prepare();
    await keeper.using(large, () => room().look());
    expect(await mirrorsOf(large)).toBe(1);
    await room(120_000).look();
    expect(await mirrorsOf(large)).toBe(1);
    await room().look();
    expect(await mirrorsOf(large)).toBe(0);
  });

  it('R3-A4 keeps less than its budget where the disk gets full', async () => {
    const one = await project('a');
    await one.prepare();
    await room().look();
    expect(await mirrorsOf(one)).toBe(1);
    freeBytes = 5 * gibibyte;
    await room().look();
    expect(await mirrorsOf(one)).toBe(0);
  });

  it('R3-A4 loses the folder of a project that is gone, once nothing of it is in use', async () => {
    const [gone, there] = [await project('a'), await project('a')];
    for (const each of [gone, there]) await each.prepare();
    owners.delete(gone.id);
    await keeper.using(gone, () => room().look());
    expect(await mirrorsOf(gone)).toBe(1);
    await room().look();
    const folders = (await readdir(root)).filter((name) => !name.startsWith('.'));
    expect(folders).toEqual([there.id]);
  });

  it('R4-F5 leaves folders alone that are no project’s, and keeps its budget beside them', async () => {
    const large = await project('a');
    for (let at = 0; at < 6; at++) await large.prepare();
    for (const name of ['lost+found', 'notes']) {
      await mkdir(path.join(root, name));
      await writeFile(path.join(root, name, 'kept.txt'), 'kept');
    }
    await room().look();
    expect(await mirrorsOf(large)).toBe(0);
    for (const name of ['lost+found', 'notes']) expect(await readdir(path.join(root, name))).toEqual(['kept.txt']);
  });

  it('R4-F5 goes on with all others where one project or mirror cannot be removed, which counts until it is', async () => {
    const [stuck, gone, large] = [await project('a'), await project('b'), await project('c')];
    for (const each of [stuck, gone]) await each.prepare();
    for (let at = 0; at < 6; at++) await large.prepare();
    for (const { id } of [stuck, gone]) owners.delete(id);
    let away = true;
    await room(-1, {
      stored: async () => (await source.stored()).sort((one) => (one.id === stuck.id ? -1 : 1)),
      touch: (one) => source.touch(one),
      remove: async (one) => {
        if (away && one.id === stuck.id) throw new Error('EACCES: permission denied');
        return source.remove(one);
      },
      drop: (mirror) => source.drop(mirror),
    }).look();
    expect([await mirrorsOf(stuck), await mirrorsOf(gone), await mirrorsOf(large)]).toEqual([1, 0, 0]);
    away = false;
    await room().look();
    expect(await mirrorsOf(stuck)).toBe(0);
  });

  it('R4-F5 drops the next mirror where one cannot be dropped', async () => {
    const [first, second] = [await project('a'), await project('b')];
    for (const each of [first, second]) for (let at = 0; at < 6; at++) await each.prepare();
    const tried: string[] = [];
    await room(-1, {
      stored: () => source.stored(),
      touch: (one) => source.touch(one),
      remove: (one) => source.remove(one),
      drop: async (mirror) => {
        tried.push(mirror.name);
        if (tried.length === 1) throw new Error('EACCES: permission denied');
        return source.drop(mirror);
      },
    }).look();
    expect(tried).toHaveLength(2);
    expect((await mirrorsOf(first)) + (await mirrorsOf(second))).toBe(1);
  });

  it('R15B-1 gives the disk room also while the database on it does not answer, and takes no project for gone', async () => {
    const [large, small] = [await project('a'), await project('b')];
    for (let at = 0; at < 6; at++) await large.prepare();
    await small.prepare();
    const away = () => Promise.reject(Object.assign(new Error('could not extend file'), { code: '53100' }));
    await room(-1, source, away).look();
    expect([await mirrorsOf(large), await mirrorsOf(small)]).toEqual([0, 1]);
    freeBytes = 5 * gibibyte;
    await room(-1, source, away).look();
    expect(await mirrorsOf(small)).toBe(0);
    // What is known of the hosts of a project stays.
    expect(await readdir(root)).toEqual(expect.arrayContaining([large.id, small.id]));
  });
});
