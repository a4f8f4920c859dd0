import { createHash, randomBytes } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cacheReference, localCacheName } from '@cooperage/domain';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { LocalCaches } from './local-caches.js';

const project = (at: number) => `01890000-0000-7000-8000-00000000000${at}`;
const nameOf = (at: number, ref = 'refs/heads/main') =>
  localCacheName(cacheReference(project(at), { zone: 'branch', ref, platform: 'linux/amd64', epoch: 0 }));

describe('caches on a disk', () => {
  let root: string;
  let caches: LocalCaches;

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'cooperage-local-'));
    caches = new LocalCaches(root, 200_000);
  });
  afterEach(() => rmSync(root, { recursive: true, force: true }));

  /** As an engine writes it: a layer, then the manifest that names it. */
  async function write(name: string, layer: Uint8Array, age = 0): Promise<string> {
    const under = caches.write(name);
    const [store] = under.stores.values();
    const put = async (bytes: Uint8Array) => {
      const writer = await store!.create!();
      try {
        await writer.write(bytes);
        return { digest: await writer.commit(null), size: bytes.length };
      } finally {
        await writer.discard();
      }
    };
    try {
      const manifest = { schemaVersion: 2, layers: [await put(layer)] };
      const { digest } = await put(Buffer.from(JSON.stringify(manifest)));
      await under.publish(digest);
      const at = new Date(Date.now() - age);
      utimesSync(join(root, name, 'index.json'), at, at);
      return digest;
    } finally {
      await under.release();
    }
  }
  const reads = async (...names: string[]) => {
    const opened = await caches.open(names);
    opened.release();
    expect(opened.opened?.digest).toBe(opened.imports[0]?.digest);
    return opened.imports.map(({ digest }) => digest);
  };

  it('are read one at a time: the first that is there of those asked for', async () => {
    const [a, b] = [await write(nameOf(1), randomBytes(10)), await write(nameOf(2), randomBytes(10))];
    expect(await reads(nameOf(2), nameOf(1))).toEqual([b]);
    expect(await reads(nameOf(3), nameOf(1), nameOf(2))).toEqual([a]);
    expect(await reads('../../etc', '/etc')).toEqual([]);
  });

  it('lose what a newer export needs no more, though not while somebody reads it', async () => {
    const blobs = () => readdirSync(join(root, nameOf(1), 'blobs/sha256')).length;
    const first = randomBytes(1000);
    await write(nameOf(1), first);
    const opened = await caches.open([nameOf(1)]);
    await write(nameOf(1), randomBytes(1000));
    expect(blobs()).toBe(4);
    const [store] = opened.stores.values();
    const blob = await store!.open(`sha256:${createHash('sha256').update(first).digest('hex')}`);
    const bytes = Buffer.alloc(2000);
    expect([blob!.size, await blob!.read(bytes, 100), await blob!.read(bytes, 1000)]).toEqual([1000, 900, 0]);
    await blob!.close();
    expect(bytes.subarray(0, 900)).toEqual(first.subarray(100));
    expect(await store!.open(`sha256:${'0'.repeat(64)}`)).toBeNull();
    opened.release();
    await write(nameOf(1), randomBytes(1000));
    expect(blobs()).toBe(2);
    expect(readdirSync(root)).toEqual([project(1)]);
  });

  it('make room for newer ones by what was longest unused, though never by what is read', async () => {
    await write(nameOf(1), randomBytes(40_000), 3_000);
    await write(nameOf(2), randomBytes(40_000), 2_000);
    const opened = await caches.open([nameOf(1)]);
    utimesSync(join(root, nameOf(1), 'index.json'), new Date(0), new Date(0));
    await write(nameOf(3), randomBytes(40_000));
    expect(await caches.projects()).toEqual(
      [project(1), project(2), project(3)].filter((id) => id !== project(2)).sort(),
    );
    opened.release();
    await write(nameOf(4), randomBytes(40_000));
    expect(await reads(nameOf(1), nameOf(2))).toEqual([]);
    for (const kept of [nameOf(3), nameOf(4)]) expect(await reads(kept)).toHaveLength(1);
  });

  it('take no more than there is room for, and nothing under a name that is none', async () => {
    await expect(write(nameOf(1), randomBytes(200_001))).rejects.toMatchObject({ code: 8 });
    expect(await reads(nameOf(1))).toEqual([]);
    expect(() => caches.write('../x')).toThrow(TypeError);
  });

  it('R11-3 count each file as a block more than its content, and are looked through once', async () => {
    // As an earlier process left them: blobs of a hundred bytes, eight in each.
    const refs = Array.from({ length: 12 }, (_, at) => nameOf(1, `refs/heads/${at}`));
    for (const [at, name] of refs.entries()) {
      mkdirSync(join(root, name, 'blobs/sha256'), { recursive: true });
      for (let blob = 0; blob < 8; blob++) writeFileSync(join(root, name, `blobs/sha256/${blob}`), randomBytes(100));
      writeFileSync(join(root, name, 'index.json'), '{}');
      utimesSync(join(root, name, 'index.json'), at, at);
    }
    await caches.makeRoom();
    const kept = (await caches.names(project(1))).sort();
    expect(kept).toEqual(refs.slice(-3).sort());
    // Nobody else may change them, so they are not gone through again and again.
    truncateSync(join(root, kept[0]!, 'blobs/sha256/0'), 1_000_000);
    await caches.makeRoom();
    expect((await caches.names(project(1))).sort()).toEqual(kept);
  });

  it('R11-3 of many files go where all together have too many', async () => {
    caches = new LocalCaches(root, 1e9, { blobs: 10, files: 25 });
    await write(nameOf(1), randomBytes(10), 2_000);
    await write(nameOf(2), randomBytes(10), 1_000);
    expect(await caches.projects()).toHaveLength(2);
    await write(nameOf(3), randomBytes(10));
    expect((await caches.projects()).sort()).toEqual([project(2), project(3)]);
  });

  it('V12A-3 that a full disk keeps from being moved away go at the next look', async () => {
    caches = new LocalCaches(root, 1e9, { blobs: 10, files: 25 });
    await write(nameOf(1), randomBytes(10), 2_000);
    await write(nameOf(2), randomBytes(10), 1_000);
    const bin = vi.spyOn(caches as unknown as { bin(): string }, 'bin').mockImplementation(() => {
      throw Object.assign(new Error('no space left on device'), { code: 'ENOSPC' });
    });
    await write(nameOf(3), randomBytes(10));
    expect(await caches.projects()).toHaveLength(3);
    bin.mockRestore();
    await caches.makeRoom();
    expect((await caches.projects()).sort()).toEqual([project(2), project(3)]);
  });

  it('R11-3 have as many blobs as a cache may have, and say so where they need more', async () => {
    caches = new LocalCaches(root, 1e9, { blobs: 3, files: 1_000 });
    const under = caches.write(nameOf(1));
    const [store] = under.stores.values();
    for (let blob = 0; blob < 3; blob++) {
      const writer = await store!.create!();
      await writer.write(randomBytes(10));
      // What was given up takes no room.
      await writer.discard();
    }
    expect(under.tooLarge()).toBeNull();
    for (let blob = 0; blob < 3; blob++) {
      const writer = await store!.create!();
      await writer.write(randomBytes(10));
      await writer.commit(null);
    }
    await expect(store!.create!()).rejects.toMatchObject({ code: 8 });
    expect(under.tooLarge()).toContain('more than 3 layers');
    await under.release();
    expect(await caches.projects()).toEqual([]);

    // Some of them may have been there before.
    const first = caches.write(nameOf(1));
    const manifest = { schemaVersion: 2, layers: Array(3).fill({ digest: `sha256:${'0'.repeat(64)}`, size: 1 }) };
    const writer = await [...first.stores.values()][0]!.create!();
    await writer.write(Buffer.from(JSON.stringify(manifest)));
    await expect(first.publish(await writer.commit(null))).rejects.toThrow('more than 3 blobs');
    expect(first.tooLarge()).toContain('more than 3 layers');
    await first.release();
  });

  it('go with their project, once nobody reads them', async () => {
    await write(nameOf(1), randomBytes(10));
    await write(nameOf(1, 'refs/heads/x'), randomBytes(10));
    await write(nameOf(2), randomBytes(10));
    const opened = await caches.open([nameOf(1)]);
    await caches.removeProject(project(1));
    expect(await caches.projects()).toContain(project(1));
    opened.release();
    await caches.removeProject(project(1));
    expect(await caches.projects()).toEqual([project(2)]);
    expect(existsSync(join(root, project(1)))).toBe(false);
  });
});
