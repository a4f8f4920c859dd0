import type * as Buildkit from '@cooperage/buildkit';
import type { EngineConnection } from '@cooperage/buildkit';
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { BuildRequest, PushedImage } from '../build-request.js';
import type { EngineEvent } from '../engine.js';
import type * as Gates from './push-gate.js';

vi.mock('node:timers/promises', () => ({
  setTimeout: (ms: number, value: unknown) => new Promise((resolve) => globalThis.setTimeout(resolve, ms, value)),
}));

const scopes = ['repository:staging/zone:pull,push'];
const pushing: EngineEvent = { type: 'pushing', digest: `sha256:${'a'.repeat(64)}` };
const output: EngineEvent = { type: 'log', stepId: 's', stream: 1, data: Buffer.from('x'), at: new Date() };
const tenMinutesMs = 600_000;
const mebibyte = 1024 * 1024;
const blob = { digest: `sha256:${'b'.repeat(64)}`, size: 7 };
const manifestOf = ([config, ...layers]: object[]) => Buffer.from(JSON.stringify({ config, layers }));

describe('PushGate', () => {
  // Test files share their modules: another may have brought this one along already, with the timers of Node.
  let PushGate: typeof Gates.PushGate;
  let errors: Pick<typeof Buildkit, 'ConnectionLost' | 'RpcError' | 'rpcCode'>;
  beforeAll(async () => {
    vi.resetModules();
    errors = await import('@cooperage/buildkit');
    ({ PushGate } = await import('./push-gate.js'));
  });
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  const rpcError = (code: 'canceled' | 'notFound' | 'unimplemented') =>
    new errors.RpcError('Read', errors.rpcCode[code], code);

  /** An engine that keeps one manifest, or answers a question for it by an error. */
  function engineWith(kept: Buffer | (() => Error)) {
    const start = vi.fn(async (_method: unknown, _request: unknown, take: (part: { data: Uint8Array }) => void) => {
      if (!Buffer.isBuffer(kept)) throw kept();
      const ended = Promise.withResolvers<void>();
      setTimeout(() => {
        for (let at = 0; at < kept.length; at += mebibyte) take({ data: kept.subarray(at, at + mebibyte) });
        ended.resolve();
      });
      return { done: ended.promise, cancel: () => ended.reject(rpcError('canceled')) };
    });
    return { start };
  }

  function gateOf(admit: (image: PushedImage) => Promise<void>, connection = engineWith(manifestOf([blob, blob]))) {
    const asked = { push: { repository: 'staging/zone', admit }, registryAuth: { token: async () => 'token' } };
    const gate = new PushGate(connection as unknown as EngineConnection, asked as unknown as BuildRequest);
    const token = vi.fn();
    void gate.request.registryAuth.token('registry', scopes).then(token);
    return { gate, token };
  }

  it('R4-F1 gives no token while an admission that has begun lasts, however long that is', async () => {
    const admission = Promise.withResolvers<void>();
    const { gate, token } = gateOf(() => admission.promise);
    const watched = gate.watch(() => {})(pushing);
    await vi.advanceTimersByTimeAsync(tenMinutesMs);
    expect(token).not.toHaveBeenCalled();
    admission.resolve();
    await watched;
    await vi.advanceTimersByTimeAsync(0);
    expect(token).toHaveBeenCalledExactlyOnceWith('token');
  });

  it('R4-F1 gives no token where a slow admission ends with an error, or the build before it', async () => {
    const admission = Promise.withResolvers<void>();
    const { gate, token } = gateOf(() => admission.promise);
    const watched = gate.watch(() => {})(pushing);
    await vi.advanceTimersByTimeAsync(tenMinutesMs);
    admission.reject(new Error('full'));
    await expect(watched).rejects.toThrow('full');
    await vi.advanceTimersByTimeAsync(0);
    expect(token).toHaveBeenCalledExactlyOnceWith(null);
    const ended = gateOf(() => new Promise(() => {}));
    void ended.gate.watch(() => {})(pushing);
    await vi.advanceTimersByTimeAsync(tenMinutesMs);
    ended.gate.close();
    await vi.advanceTimersByTimeAsync(0);
    expect(ended.token).toHaveBeenCalledExactlyOnceWith(null);
  });

  it('R4-F1 waits for an announcement behind output that is not taken yet', async () => {
    const backlog = Promise.withResolvers<void>();
    const { gate, token } = gateOf(async () => {});
    const emit = gate.watch((event) => (event.type === 'log' ? backlog.promise : undefined));
    const taken = emit(output);
    await vi.advanceTimersByTimeAsync(tenMinutesMs);
    expect(token).not.toHaveBeenCalled();
    backlog.resolve();
    await taken;
    const announced = emit(pushing);
    await vi.advanceTimersByTimeAsync(0);
    await announced;
    expect(token).toHaveBeenCalledExactlyOnceWith('token');
  });

  it('R4-F1 gives no token to an engine that announces nothing', async () => {
    const { gate, token } = gateOf(async () => {});
    await gate.watch(() => {})(output);
    await vi.advanceTimersByTimeAsync(tenMinutesMs);
    expect(token).toHaveBeenCalledExactlyOnceWith(null);
  });

  it.each([
    ['has more than 4 MiB', manifestOf(Array.from({ length: 60_000 }, () => blob)), 'PolicyRefused', 'more than 4 MiB'],
    ['is no JSON', Buffer.from('{'), 'PolicyRefused', 'does not name'],
    ['is JSON of another kind', Buffer.from('null'), 'PolicyRefused', 'does not name'],
    ['names no blobs', Buffer.from('{}'), 'PolicyRefused', 'does not name'],
    ['has a layer that is no sha256', manifestOf([blob, { ...blob, digest: 'sha512:0' }]), 'PolicyRefused', 'not name'],
    ['has a layer without a size', manifestOf([blob, { digest: blob.digest }]), 'PolicyRefused', 'does not name'],
    ['is never written', () => rpcError('notFound'), 'EngineUnavailable', 'did not show'],
    ['may not be read', () => rpcError('unimplemented'), 'EngineUnavailable', 'did not show'],
    ['is lost on its way', () => new errors.ConnectionLost('call', 'gone'), 'EngineUnavailable', 'did not show'],
  ])('R17B-2 ends the build and gives no token where the manifest %s', async (_what, kept, code, words) => {
    const admit = vi.fn(async () => {});
    const { gate, token } = gateOf(admit, engineWith(kept));
    const watched = gate.watch(() => {})(pushing);
    const ended = expect(watched).rejects.toMatchObject({ code, message: expect.stringContaining(words) });
    await vi.advanceTimersByTimeAsync(tenMinutesMs);
    await ended;
    expect(admit).not.toHaveBeenCalled();
    expect(token).toHaveBeenCalledExactlyOnceWith(null);
  });

  it('R17B-2 waits for a manifest that is not written yet', async () => {
    const admit = vi.fn(async () => {});
    const engine = engineWith(manifestOf([blob, blob]));
    engine.start.mockRejectedValueOnce(rpcError('notFound'));
    const { gate, token } = gateOf(admit, engine);
    const watched = gate.watch(() => {})(pushing);
    await vi.advanceTimersByTimeAsync(1_000);
    await watched;
    const blobs = [blob, blob].map(({ digest, size }) => ({ digest, bytes: size }));
    expect(admit).toHaveBeenCalledExactlyOnceWith({ digest: expect.any(String), blobs, isPushed: false });
    expect(token).toHaveBeenCalledExactlyOnceWith('token');
  });
});
