import type { EngineConnection } from '@cooperage/buildkit';
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { BuildRequest } from '../build-request.js';
import type { EngineEvent } from '../engine.js';
import type * as Gates from './push-gate.js';

vi.mock('node:timers/promises', () => ({
  setTimeout: (ms: number, value: unknown) => new Promise((resolve) => globalThis.setTimeout(resolve, ms, value)),
}));

const scopes = ['repository:staging/zone:pull,push'];
const pushing: EngineEvent = { type: 'pushing', digest: `sha256:${'a'.repeat(64)}` };
const output: EngineEvent = { type: 'log', stepId: 's', stream: 1, data: Buffer.from('x'), at: new Date() };
const tenMinutesMs = 600_000;

describe('PushGate', () => {
  // Test files share their modules: another may have brought this one along already, with the timers of Node.
  let PushGate: typeof Gates.PushGate;
  beforeAll(async () => {
    vi.resetModules();
    ({ PushGate } = await import('./push-gate.js'));
  });
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  function gateOf(admit: () => Promise<void>) {
    const asked = { push: { repository: 'staging/zone', admit }, registryAuth: { token: async () => 'token' } };
    // What the engine keeps cannot be read here: an image without blobs is admitted.
    const connection = { start: () => Promise.reject(new Error('not there')) };
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
    await emit(pushing);
    await vi.advanceTimersByTimeAsync(0);
    expect(token).toHaveBeenCalledExactlyOnceWith('token');
  });

  it('R4-F1 gives no token to an engine that announces nothing', async () => {
    const { gate, token } = gateOf(async () => {});
    await gate.watch(() => {})(output);
    await vi.advanceTimersByTimeAsync(tenMinutesMs);
    expect(token).toHaveBeenCalledExactlyOnceWith(null);
  });
});
