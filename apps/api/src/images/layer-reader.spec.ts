import { setImmediate } from 'node:timers/promises';
import type { LayerListingRepository } from '@cooperage/db';
import type { RepositoryName } from '@cooperage/domain';
import { type Descriptor, type LayerEntry, type RegistryClient, RegistryError } from '@cooperage/oci';
import { createLogger } from '@cooperage/telemetry';
import { describe, expect, it } from 'vitest';
import { LayerReader } from './layer-reader.js';

const repository = 'acme/shop' as RepositoryName;
const layersOf = (name: string, count: number) =>
  Array.from(
    { length: count },
    (_, at) => ({ mediaType: 'application/vnd.oci.image.layer.v1.tar', size: 1, digest: `${name}${at}` }) as Descriptor,
  );

/** A registry whose layers are opened when the test says so, and then are away. */
function world(Reader: typeof LayerReader = LayerReader) {
  const opened: string[] = [];
  const fail = new Map<string, () => void>();
  const open = (_repository: unknown, digest: string, { signal }: { signal: AbortSignal }) => {
    opened.push(digest);
    return new Promise<never>((_, reject) => {
      fail.set(digest, () => reject(new RegistryError('unavailable', 'away')));
      signal.addEventListener('abort', () => reject(signal.reason));
    });
  };
  const client = { blobs: { open } } as unknown as RegistryClient;
  const listings = { find: async () => new Map() } as unknown as LayerListingRepository<LayerEntry>;
  const reader = new Reader(listings, createLogger({ process: 'test', level: 'silent' }));
  const look = (organizationId: string, count: number) =>
    reader.look(
      { id: `project of ${organizationId}`, organizationId },
      layersOf(organizationId, count),
      client,
      repository,
    );
  const end = async (digest: string) => {
    const before = opened.length;
    fail.get(digest)!();
    await expect.poll(() => opened.length).toBeGreaterThan(before);
  };
  const endAll = async () => {
    for (let ended = 0; ended < opened.length; ended++) {
      fail.get(opened[ended]!)!();
      for (let turn = 0; turn < 5; turn++) await setImmediate();
    }
  };
  return { opened, look, end, endAll, reader };
}

describe('the reader of layers', () => {
  it('R4-P6 shares its places between organizations, and each has its turn', async () => {
    const { opened, look, end, reader } = world();
    await look('a', 90);
    expect(opened).toEqual(['a0']);
    await look('b', 90);
    await look('c', 2);
    expect(opened).toEqual(['a0', 'b0']);
    await end('a0');
    expect(opened.at(-1)).toBe('c0');
    await end('b0');
    await end('c0');
    await end(opened.at(-2)!);
    expect(opened.slice(3).map((digest) => digest[0])).toEqual(['a', 'b', 'c']);
    await reader.onApplicationShutdown();
  });

  it('R4-P6 remembers a bounded number of layers of one organization', async () => {
    const { opened, look, endAll } = world();
    await look('a', 500);
    await look('b', 3);
    await endAll();
    expect(opened.filter((digest) => digest.startsWith('a'))).toHaveLength(1 + 100);
    expect(opened.filter((digest) => digest.startsWith('b'))).toHaveLength(3);
  });

  it('R4-P6 leaves a layer that took too long alone for a while, and says so', async () => {
    class Hasty extends LayerReader {
      protected override readonly timeoutMs = 1;
    }
    const { opened, look, reader } = world(Hasty);
    expect(await look('a', 1)).toEqual([undefined]);
    await expect.poll(() => look('a', 1)).toEqual([{ problem: 'too_slow', entries: 0, unpackedBytes: 0 }]);
    await look('a', 1);
    expect(opened).toEqual(['a0']);
    await reader.onApplicationShutdown();
  });
});
