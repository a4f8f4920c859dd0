import { buffer } from 'node:stream/consumers';
import { setImmediate } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { Principal } from '../auth/principal.js';
import { ImagesService, type RawDownload } from './images.service.js';

const digest = `sha256:${'a'.repeat(64)}`;
const document = Buffer.from('{}'.repeat(400_000));

/** Documents of a registry, as one organization downloads them. */
function world() {
  let reads = 0;
  const read = async () => {
    reads++;
    return document;
  };
  const access = { project: async ({ userId: organizationId }: Principal) => ({ organizationId, slug: 'y' }) };
  const registry = { clientFor: () => ({ blobs: { read } }) };
  const none = {} as never;
  const service = new ImagesService(none, none, none, registry as never, none, access as never, none, none, none);
  const download = (organization: string): Promise<RawDownload> =>
    service.raw({ userId: organization } as Principal, 'p', digest);
  return { download, reads: () => reads };
}

describe('documents of an image', () => {
  it('R4-P5 are held for few readers of one organization at once, each until it has all or has gone', async () => {
    const { download, reads } = world();
    const opened: RawDownload[] = [];
    const asked = Array.from({ length: 10 }, async () => opened.push(await download('acme')));
    await expect.poll(() => opened.length).toBe(4);
    for (let turn = 0; turn < 20; turn++) await setImmediate();
    expect(reads()).toBe(4);
    const other = await download('beta');
    expect(await buffer(other.stream)).toEqual(document);
    for (let ended = 0; ended < 10; ended++) {
      await expect.poll(() => opened.length).toBeGreaterThan(ended);
      const { stream, bytes } = opened[ended]!;
      expect(bytes).toBe(document.length);
      if (ended % 2 === 0) expect((await buffer(stream)).length).toBe(bytes);
      else stream.destroy();
    }
    await Promise.all(asked);
    expect(reads()).toBe(11);
  });
});
