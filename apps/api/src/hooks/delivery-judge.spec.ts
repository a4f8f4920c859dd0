import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { ApiProblem } from '../http/problem.js';
import { DeliveryJudge, type HookCall } from './delivery-judge.js';

const secret = 'a secret';
const limits = {
  shortBytes: 1_000,
  longBodies: { total: 2, perKey: 1 },
  maxWaiting: 2,
  maxWaitMs: 60_000,
  unprovenBytesPerMinute: 10_000,
};

function call(address: string, length: number, key = secret, projectId = 'p'): HookCall {
  const text = JSON.stringify({ ref: 'refs/heads/main', after: 'a'.repeat(40), text: '' });
  const rawBody = Buffer.from(text.replace('""', `"${'x'.repeat(Math.max(0, length - text.length))}"`));
  const headers = {
    'content-type': 'application/json',
    'x-github-event': 'push',
    'x-hub-signature-256': `sha256=${createHmac('sha256', key).update(rawBody).digest('hex')}`,
  };
  return { projectId, headers, rawBody, address };
}

describe('DeliveryJudge', () => {
  it('accepts what is proven, short or long', async () => {
    const judge = new DeliveryJudge(limits);
    for (const length of [200, 2_000, 2_000_000])
      expect((await judge.judge(call('192.0.2.1', length), [secret])).ok).toBe(true);
  });

  it('R-M10 stops long bodies of an address that proves nothing, not its short ones and not those of others', async () => {
    const judge = new DeliveryJudge(limits);
    const wrong = (address: string, length: number) => judge.judge(call(address, length, 'another'), [secret, 'b']);
    expect((await wrong('2001:db8::1', 6_000)).ok).toBe(false);
    await expect(wrong('2001:db8::2', 6_000)).rejects.toMatchObject({ code: 'rate_limited' });
    expect((await judge.judge(call('2001:db8::2', 500), [secret])).ok).toBe(true);
    expect((await judge.judge(call('2001:db8:1:1::1', 6_000), [secret])).ok).toBe(true);
  });

  it('R-H10 stops no other project of a forge that sends unproven long bodies for one', async () => {
    const judge = new DeliveryJudge(limits);
    const wrong = () => judge.judge(call('192.0.2.1', 12_000, 'another'), [secret]);
    expect((await wrong()).ok).toBe(false);
    await expect(wrong()).rejects.toMatchObject({ code: 'rate_limited' });
    expect((await judge.judge(call('192.0.2.1', 12_000, secret, 'q'), [secret])).ok).toBe(true);
  });

  it('proven bodies are never too many', async () => {
    const judge = new DeliveryJudge(limits);
    for (let count = 0; count < 10; count++)
      expect((await judge.judge(call('192.0.2.1', 6_000), [secret])).ok).toBe(true);
  });

  it('R-M10 long bodies of one address take turns, and those of another do not wait for them', async () => {
    const judge = new DeliveryJudge(limits);
    const ended: string[] = [];
    const start = (address: string, length: number) =>
      judge.judge(call(address, length), [secret]).then(
        () => ended.push(address),
        (error: ApiProblem) => ended.push(`${address} ${error.code}`),
      );
    const long = [1, 2, 3, 4].map(() => start('192.0.2.1', 8_000_000));
    await start('192.0.2.2', 1_500_000);
    expect(ended).toEqual(['192.0.2.1 unavailable', '192.0.2.2']);
    await Promise.all(long);
    expect(ended).toHaveLength(5);
  });
});
