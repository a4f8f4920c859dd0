import { setImmediate } from 'node:timers/promises';
import { cacheConfigType, mediaTypes } from '@cooperage/oci';
import { describe, expect, it } from 'vitest';
import { CacheRecordsService } from './cache-records.service.js';

const digest = `sha256:${'a'.repeat(64)}`;
const manifest = Buffer.from(
  JSON.stringify({
    ...{ schemaVersion: 2, mediaType: mediaTypes.manifest },
    ...{ config: { mediaType: cacheConfigType, digest, size: 2 }, layers: [] },
  }),
);
const entry = { id: 'e', zone: 'protected', ref: 'refs/heads/main', platform: 'linux/amd64', epoch: 0, lastUsed: null };

/** Caches whose configs come when the test says so. */
function world() {
  const open: { readonly answer: () => void; readonly fail: () => void }[] = [];
  const read = () =>
    new Promise<Buffer>((resolve, reject) =>
      open.push({ answer: () => resolve(Buffer.from('{}')), fail: () => reject(new Error('away')) }),
    );
  const client = { manifests: { find: async () => ({ bytes: manifest, mediaType: mediaTypes.manifest }) } };
  const service = new CacheRecordsService(
    { entry: async () => ({ ...entry, writtenAt: new Date() }), sharers: async () => [] } as never,
    { endedAt: async () => new Map() } as never,
    { cacheClientFor: () => ({ ...client, blobs: { read } }) } as never,
    { project: async (organizationId: string) => ({ organizationId, id: 'p', defaultBranch: 'main' }) } as never,
    { query: () => ({ after: null, limit: 10 }), page: () => ({ items: [], next: null }) } as never,
    { run: (_principal: unknown, work: () => Promise<unknown>) => work() } as never,
  );
  const records = (organization: string) =>
    service.of(organization as never, 'p', 'e', { q: '', sort: 'size' } as never);
  return { records, open };
}

const turns = async () => {
  for (let turn = 0; turn < 20; turn++) await setImmediate();
};

describe('the records of a cache', () => {
  it('R7-A6 are read two at once for one organization, and for others meanwhile, until all are answered', async () => {
    const { records, open } = world();
    const asked = Array.from({ length: 10 }, () => records('acme'));
    await turns();
    expect(open).toHaveLength(2);
    asked.push(records('beta'));
    await turns();
    expect(open).toHaveLength(3);
    for (let answered = 0; answered < 11; answered++) {
      await expect.poll(() => open.length).toBeGreaterThan(0);
      open.shift()!.answer();
    }
    for (const answer of await Promise.all(asked)) expect(answer.kind).toBe('records');
  });

  it('R7-A6 give their slot back when the registry is away', async () => {
    const { records, open } = world();
    for (let at = 0; at < 3; at++) {
      const asked = records('acme');
      await expect.poll(() => open.length).toBe(1);
      open.shift()!.fail();
      await expect(asked).rejects.toThrow('away');
    }
  });
});
