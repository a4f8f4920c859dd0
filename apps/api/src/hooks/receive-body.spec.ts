import { PassThrough } from 'node:stream';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { IntakeGate } from './intake-gate.js';
import { receiveBody } from './receive-body.js';

const limits = { maxBytes: 1_000, windowMs: 4_000, minBytes: 100 };
setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;
/** Notes what is held no more. */
const pieces = new FinalizationRegistry<number[]>((gone) => gone.push(1));

const caller = { address: 'a', network: 'a', project: 'p' };

beforeEach(() => void vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] }));
afterEach(() => void vi.useRealTimers());

function start(gate: Pick<IntakeGate, 'enter'> = new IntakeGate({ maxCalls: 10, maxBytes: 10_000 })) {
  const gaveWay = new AbortController();
  const stream = new PassThrough();
  const body = receiveBody(stream, gate.enter(caller, () => gaveWay.abort())!, gaveWay.signal, limits);
  const outcome = body.then(
    (bytes) => bytes.toString(),
    (error: { code: string }) => error.code,
  );
  return { stream, outcome };
}

/** Lets a stream hand on what was written. */
const settled = () => new Promise(setImmediate);

describe('receiveBody', () => {
  it('joins what arrives', async () => {
    const { stream, outcome } = start();
    stream.write('one ');
    stream.end('two');
    expect(await outcome).toBe('one two');
  });

  it('S-006 refuses what is longer than allowed as soon as that is known', async () => {
    const { stream, outcome } = start();
    for (let part = 0; part < 11; part++) stream.write('x'.repeat(100));
    expect(await outcome).toBe('payload_too_large');
  });

  it('R-H10 S-006 gives up a body that trickles, however much it brought before', async () => {
    const { stream, outcome } = start();
    for (let window = 0; window < 3; window++) {
      stream.write('x'.repeat(100));
      await settled();
      vi.advanceTimersByTime(limits.windowMs);
    }
    stream.write('x'.repeat(99));
    await settled();
    vi.advanceTimersByTime(limits.windowMs);
    expect(await outcome).toBe('request_timeout');
  });

  it('takes a body that is slow and steady', async () => {
    const { stream, outcome } = start();
    for (let window = 0; window < 5; window++) {
      stream.write('x'.repeat(100));
      await settled();
      vi.advanceTimersByTime(limits.windowMs);
    }
    stream.end();
    expect(await outcome).toHaveLength(500);
  });

  it('R-H10 reads the rest of a call that gave way, so that its connection can be used again', async () => {
    const gate = new IntakeGate({ maxCalls: 10, maxBytes: 500 });
    const { stream, outcome } = start(gate);
    stream.write('x'.repeat(400));
    await settled();
    gate.enter({ address: 'b', network: 'b', project: 'q' }, () => undefined)?.receive(200);
    expect(await outcome).toBe('unavailable');
    const ended = new Promise((resolve) => stream.once('end', resolve));
    stream.end('x'.repeat(10_000));
    await ended;
  });

  it('ends when the call has to give way, or finds no room', async () => {
    const gate = new IntakeGate({ maxCalls: 10, maxBytes: 500 });
    const { stream, outcome } = start(gate);
    stream.write('x'.repeat(400));
    await settled();
    const other = gate.enter({ address: 'b', network: 'b', project: 'q' }, () => undefined);
    expect(other?.receive(200)).toBe(true);
    expect(await outcome).toBe('unavailable');
    const second = start(gate);
    second.stream.write('x'.repeat(400));
    expect(await second.outcome).toBe('unavailable');
  });

  it('ends when the sender goes away', async () => {
    const { stream, outcome } = start();
    stream.write('x');
    stream.destroy();
    expect(await outcome).toBe('bad_request');
  });

  it('R13B-1 holds what is counted of pieces of one byte, not the pieces', async () => {
    const held: number[] = [];
    const call = new IntakeGate({ maxCalls: 1, maxBytes: 10_000 }).enter(caller, () => undefined)!;
    const receive = vi.fn(call.receive);
    const { stream, outcome } = start({ enter: () => ({ ...call, receive }) });
    for (let at = 0; at < 1_000; at++) {
      const piece = Buffer.alloc(1, 'x');
      pieces.register(piece, held);
      stream.write(piece);
      await settled();
    }
    expect(receive.mock.calls.reduce((sum, [bytes]) => sum + bytes, 0)).toBe(1_000);
    await expect
      .poll(() => {
        collect();
        return held.length;
      })
      .toBeGreaterThan(900);
    stream.end();
    expect(await outcome).toHaveLength(1_000);
  });
});
