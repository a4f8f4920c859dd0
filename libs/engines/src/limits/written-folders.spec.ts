import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { syncStretchRatio } from '@cooperage/testing';
import { expect, it, onTestFinished } from 'vitest';
import { Look } from './look.js';
import { WrittenFolders } from './written-folders.js';

const ours = '23 1 8:1 / / rw - ext4 /dev/sda1 rw\n';

/** A step with so many cache mounts. */
function mountinfo(layer: string, caches: number): string {
  const root = `101 90 0:77 / / rw - overlay overlay rw,lowerdir=/l,upperdir=/${layer},workdir=/w\n`;
  const cache = (at: number) => `${200 + at} 101 8:1 /${layer}/cache/${at} /cache/${at} rw - ext4 /dev/sda1 rw\n`;
  return root + Array.from({ length: caches }, (_, at) => cache(at)).join('');
}

/** A folder as `/proc` is, with what each process has mounted. */
async function procOf(
  processes: Readonly<Record<string, { space: string; mountinfo: string; root?: string; parent?: number }>>,
): Promise<string> {
  const proc = await mkdtemp(join(tmpdir(), 'proc-'));
  onTestFinished(() => rm(proc, { recursive: true }));
  for (const [pid, { space, mountinfo: text, root = '/', parent = 1 }] of Object.entries(processes)) {
    await mkdir(join(proc, pid, 'ns'), { recursive: true });
    await symlink(`mnt:[${space}]`, join(proc, pid, 'ns/mnt'));
    await symlink(root, join(proc, pid, 'root'));
    await writeFile(join(proc, pid, 'status'), `Name:\tx\nPPid:\t${parent}\n`);
    await writeFile(join(proc, pid, 'mountinfo'), text);
  }
  return proc;
}

it('R2-N3 reads what processes have mounted once where they see the same', async () => {
  const step = { space: '2', mountinfo: mountinfo('a', 100) };
  const pids = Array.from({ length: 50 }, (_, at) => at + 1);
  const proc = await procOf({
    self: { space: '1', mountinfo: ours },
    ...Object.fromEntries(pids.map((pid) => [pid, step])),
  });
  const written = new WrittenFolders(proc);
  const folders = await written.of(pids, new Look(500));
  expect(folders.size).toBe(101);
  expect(folders.get('/a')).toEqual({ path: '/a', isLayer: true });
  expect(folders.get('/a/cache/7')).toEqual({ path: '/a/cache/7', isLayer: false });
});

it('R2-N3 refuses more mounts than can be looked at, and those of a process that has ended count no more', async () => {
  const proc = await procOf({
    self: { space: '1', mountinfo: ours },
    10: { space: '2', mountinfo: mountinfo('a', 200) },
    11: { space: '3', mountinfo: mountinfo('b', 200) },
  });
  const written = new WrittenFolders(proc);
  await expect(written.of([10, 11], new Look(1_000))).rejects.toMatchObject({ code: 'DiskLimit' });
  expect((await written.of([11], new Look(1_000))).has('/b')).toBe(true);
  expect(await written.of([], new Look(1_000))).toEqual(new Map());
});

it('looks again at a process that was not contained yet, and leaves out one that has ended', async () => {
  const proc = await procOf({
    self: { space: '1', mountinfo: ours },
    10: { space: '2', mountinfo: ours },
  });
  const written = new WrittenFolders(proc);
  expect(await written.of([10, 99], new Look())).toEqual(new Map());
  await writeFile(join(proc, '10/mountinfo'), mountinfo('a', 0));
  expect([...(await written.of([10], new Look())).keys()]).toEqual(['/a']);
});

it('R2-N3 lets others of this process have their turn while it reads many mounts', async () => {
  const proc = await procOf({
    self: { space: '1', mountinfo: ours + mountinfo('c', 20_000) },
    10: { space: '2', mountinfo: mountinfo('a', 20_000) },
  });
  expect(await syncStretchRatio(() => new WrittenFolders(proc).of([10], new Look()))).toBeLessThan(8);
});

it('R22B-3 knows of a process in a changed root what another one with the same mounts shows', async () => {
  const changed = { space: '2', root: '/a', mountinfo: '' };
  const proc = await procOf({
    self: { space: '1', mountinfo: ours },
    10: changed,
    11: { space: '2', mountinfo: mountinfo('a', 1) },
  });
  const written = new WrittenFolders(proc);
  expect([...(await written.of([10, 11], new Look())).keys()]).toEqual(['/a', '/a/cache/0']);
  expect(written.isBlind).toBe(false);
  // The other one has ended.
  expect([...(await written.of([10], new Look())).keys()]).toEqual(['/a', '/a/cache/0']);
  expect(written.isBlind).toBe(false);
});

it.each([
  ['nothing is mounted', ''],
  ['a cache is mounted', '200 101 8:1 /a/cache /cache rw - ext4 /dev/sda1 rw\n'],
  ['a cache is the root', '200 101 8:1 /a/cache / rw - ext4 /dev/sda1 rw\n'],
])('R22B-3 says so as long as it does not know where one writes in whose root %s', async (_what, table) => {
  const changed = { space: '2', root: '/cache', mountinfo: table };
  const proc = await procOf({ self: { space: '1', mountinfo: ours }, 10: changed, 11: changed });
  const written = new WrittenFolders(proc);
  for (const pids of [[10], [10, 11], [11, 10], [10]]) {
    const folders = await written.of(pids, new Look());
    expect([...folders.values()].filter(({ isLayer }) => isLayer)).toEqual([]);
    expect(written.isBlind).toBe(true);
  }
  await written.of([], new Look());
  expect(written.isBlind).toBe(false);
});
