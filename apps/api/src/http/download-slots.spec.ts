import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { DownloadSlots } from './download-slots.js';

const limits = { total: 4, perKey: 2, perGroup: 2, maxWaitMs: 10_000, maxWaiting: 8 };
const hasty = { ...limits, maxWaitMs: 50 };
const partBytes = 1024;

async function* parts(count: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < count; at++) yield Buffer.alloc(partBytes);
}

/** A download whose reader has been given a part, and does not take it. */
async function stalled(slots: DownloadSlots, userId: string, organizationId: string) {
  const stream = (await slots.take(userId, organizationId)).send(parts(1_000), partBytes);
  const errors: string[] = [];
  stream.on('error', ({ message }) => errors.push(message));
  stream.read(0);
  await expect.poll(() => stream.readableLength).toBe(partBytes);
  return { stream, errors };
}

describe('R8-A4 slots of downloads', () => {
  it('R8-A4 are bounded for all people of an organization together', async () => {
    const slots = new DownloadSlots('downloads', hasty);
    for (const user of ['a', 'b']) await slots.take(user, 'acme');
    await expect(slots.take('c', 'acme')).rejects.toMatchObject({ code: 'rate_limited' });
    (await slots.take('d', 'other')).cancel();
  });

  it('R8-A4 are given up by slow readers when others wait, by those of the largest organization first', async () => {
    const slots = new DownloadSlots('downloads', { ...limits, graceMs: 0 });
    const first = await stalled(slots, 'b', 'small');
    const slow = [await stalled(slots, 'a', 'large'), await stalled(slots, 'a', 'large')];
    // The last slot is kept for an organization that has none.
    await stalled(slots, 'c', 'new');
    await slots.take('d', 'newer');
    expect([first, ...slow].map(({ stream }) => stream.destroyed)).toEqual([false, true, false]);
    await expect.poll(() => slow[0]!.errors).toEqual(['the download was slow, and others waited for its slot']);
  });

  it('R8-A4 are given up by slow readers of the same organization while it has its share', async () => {
    const slots = new DownloadSlots('downloads', { ...limits, graceMs: 0 });
    const other = await stalled(slots, 'b', 'other');
    const own = await stalled(slots, 'a', 'acme');
    await stalled(slots, 'a', 'acme');
    await slots.take('c', 'acme');
    expect([other.stream.destroyed, own.stream.destroyed]).toEqual([false, true]);
  });

  it('R8-A4 stay with readers that are no slower than they may be, and with those that wait for what they read', async () => {
    const slots = new DownloadSlots('downloads', { ...hasty, graceMs: 0 });
    const [patient, quick] = [new DownloadSlots('downloads', hasty), await slots.take('a', 'acme')];
    for (let at = 0; at < 2; at++) await stalled(patient, 'a', 'acme');
    await expect(patient.take('a', 'acme')).rejects.toMatchObject({ code: 'rate_limited' });
    // It has taken all that was made, and the next part is not made yet.
    async function* slowly(): AsyncGenerator<Uint8Array> {
      yield Buffer.alloc(partBytes);
      await new Promise(() => undefined);
    }
    const stream = quick.send(slowly(), partBytes);
    await once(stream.resume(), 'data');
    await slots.take('a', 'acme');
    await expect(slots.take('a', 'acme')).rejects.toMatchObject({ code: 'rate_limited' });
    expect(stream.destroyed).toBe(false);
    stream.destroy();
  });

  it('R8-A4 are waited for until a reader has become slow', async () => {
    const slots = new DownloadSlots('downloads', { ...limits, graceMs: 300 });
    const held = [await stalled(slots, 'a', 'acme'), await stalled(slots, 'a', 'acme')];
    await slots.take('a', 'acme');
    expect(held.filter(({ stream }) => stream.destroyed)).toHaveLength(1);
  });
});
