import { expect, it } from 'vitest';
import { orAborted } from './or-aborted.js';

it('leaves no unhandled rejection behind when its signal is aborted before it begins', async () => {
  const unhandled: unknown[] = [];
  const note = (reason: unknown) => void unhandled.push(reason);
  process.on('unhandledRejection', note);
  try {
    const { promise, reject } = Promise.withResolvers<never>();
    const reason = new Error('not wanted any more');
    await expect(orAborted(promise, AbortSignal.abort(reason))).rejects.toBe(reason);
    reject(new Error('getaddrinfo ENOTFOUND git'));
    // Node reports a rejection after the microtasks of its turn.
    await new Promise((resolve) => setImmediate(resolve));
    await new Promise((resolve) => setImmediate(resolve));
    expect(unhandled).toEqual([]);
  } finally {
    process.off('unhandledRejection', note);
  }
});
