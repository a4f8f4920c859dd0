import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { LocalCaches } from '@cooperage/engines';
import { createLogger } from '@cooperage/telemetry';
import { afterAll, expect, it } from 'vitest';
import { LocalCacheKeeper } from './local-cache-keeper.js';

const root = mkdtempSync(path.join(tmpdir(), 'cooperage-keeper-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

const nothing = {
  ...{ slug: '', organizationSlug: '', remoteUrl: '', gitCredentials: null, defaultBranch: null },
  ceilings: { cpus: null, memoryBytes: null, pids: null, diskBytes: null },
};

it('caches on the disk go with their project, deleted or gone', async () => {
  const ids = ['1', '2', '3'].map((at) => `01890000-0000-7000-8000-00000000000${at}`);
  for (const id of ids) {
    const folder = path.join(root, id, 'branch', '0'.repeat(20), 'linux-amd64');
    mkdirSync(folder, { recursive: true });
    writeFileSync(path.join(folder, 'index.json'), '{}');
  }
  const project = { ...nothing, id: '' };
  const find = async (id: string) => {
    if (id === ids[0]) return { ...project, deletedAt: null };
    return id === ids[1] ? { ...project, deletedAt: new Date() } : null;
  };
  const logger = createLogger({ process: 'test', level: 'silent' });
  await new LocalCacheKeeper(new LocalCaches(root, 1e6), { find }, { of: async () => [] }, logger).look();
  expect(readdirSync(root)).toEqual([ids[0]]);
});

it('caches on the disk go when their project has been reset, but for one that is read now', async () => {
  const id = '01890000-0000-7000-8000-000000000009';
  const names = ['0'.repeat(20), '1'.repeat(20), `${'0'.repeat(20)}-1`].map((at) => `${id}/branch/${at}/linux-amd64`);
  for (const name of names) {
    mkdirSync(path.join(root, name), { recursive: true });
    writeFileSync(path.join(root, name, 'index.json'), '{}');
  }
  const project = { ...nothing, id };
  const find = async () => ({ ...project, deletedAt: null });
  const logger = createLogger({ process: 'test', level: 'silent' });
  const caches = new LocalCaches(root, 1e6);
  const resets: { epoch: number; zone: 'branch'; refHash: null }[] = [];
  const keeper = new LocalCacheKeeper(caches, { find }, { of: async () => resets }, logger);
  await keeper.look();
  expect((await caches.names(id)).toSorted()).toEqual(names.toSorted());
  resets.push({ epoch: 1, zone: 'branch', refHash: null });
  const writer = caches.write(names[1]!);
  await keeper.look();
  expect((await caches.names(id)).toSorted()).toEqual([names[1], names[2]].toSorted());
  await writer.release();
  await keeper.look();
  expect(await caches.names(id)).toEqual([names[2]]);
});
