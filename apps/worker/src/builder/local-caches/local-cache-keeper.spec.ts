import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { LocalCaches } from '@cooperage/engines';
import { createLogger } from '@cooperage/telemetry';
import { afterAll, expect, it } from 'vitest';
import { LocalCacheKeeper } from './local-cache-keeper.js';

const root = mkdtempSync(path.join(tmpdir(), 'cooperage-keeper-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

it('caches on the disk go with their project, deleted or gone', async () => {
  const ids = ['1', '2', '3'].map((at) => `01890000-0000-7000-8000-00000000000${at}`);
  for (const id of ids) {
    const folder = path.join(root, id, 'branch', '0'.repeat(20), 'linux-amd64');
    mkdirSync(folder, { recursive: true });
    writeFileSync(path.join(folder, 'index.json'), '{}');
  }
  const project = { id: '', slug: '', organizationSlug: '', remoteUrl: '', gitCredentials: null, defaultBranch: null };
  const find = async (id: string) => {
    if (id === ids[0]) return { ...project, deletedAt: null };
    return id === ids[1] ? { ...project, deletedAt: new Date() } : null;
  };
  const logger = createLogger({ process: 'test', level: 'silent' });
  await new LocalCacheKeeper(new LocalCaches(root, 1e6), { find }, logger).look();
  expect(readdirSync(root)).toEqual([ids[0]]);
});
