import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { ApiProblem } from '../http/problem.js';
import { DeliveryJudge, type HookCall } from './delivery-judge.js';

const secret = 'a secret';
const limits = {
  shortBytes: 1_000,
  turns: { slots: { total: 2, perKey: 1 }, maxWaiting: 2, maxWaitingBytes: 100_000_000, maxWaitMs: 60_000 },
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

  it('V7-M1 knows which networks have proven a call to which project', async () => {
    const judge = new DeliveryJudge(limits);
    await judge.judge(call('2001:db8::1', 200), [secret]);
    await judge.judge(call('192.0.2.1', 200, 'another'), [secret]);
    expect(judge.hasProven('p', '2001:db8::2')).toBe(true);
    expect([judge.hasProven('q', '2001:db8::1'), judge.hasProven('p', '192.0.2.1')]).toEqual([false, false]);
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

  it('R2-M-6 judges long bodies of a caller who proved one, while the same address sends unproven ones to the project', async () => {
    const judge = new DeliveryJudge(limits);
    const wrong = () => judge.judge(call('192.0.2.1', 12_000, 'another'), [secret]);
    expect((await judge.judge(call('192.0.2.1', 200), [secret])).ok).toBe(true);
    for (let count = 0; count < 5; count++) expect((await wrong()).ok).toBe(false);
    expect((await judge.judge(call('192.0.2.1', 6_000), [secret])).ok).toBe(true);
    // An address that proved nothing has to stop, and so has this one at another project.
    const elsewhere = () => judge.judge(call('192.0.2.1', 12_000, 'another', 'q'), [secret]);
    expect((await elsewhere()).ok).toBe(false);
    await expect(elsewhere()).rejects.toMatchObject({ code: 'rate_limited' });
  });

  it('R2-M-6 keeps turns for callers who proved a call, while the same address fills the others with calls to many projects', async () => {
    const judge = new DeliveryJudge(limits);
    await judge.judge(call('192.0.2.1', 200), [secret]);
    const ended: string[] = [];
    const flood = ['q1', 'q2', 'q3', 'q4'].map((project) =>
      judge.judge(call('192.0.2.1', 20_000_000, 'another', project), [secret]).then(
        () => ended.push(project),
        () => ended.push(`${project} refused`),
      ),
    );
    expect((await judge.judge(call('192.0.2.1', 1_500_000), [secret])).ok).toBe(true);
    expect(ended).toEqual(['q4 refused']);
    await Promise.all(flood);
  });

  it('R2-M-6 lets the longest body give way that waits for its turn, where too many of one caller and project wait', async () => {
    const judge = new DeliveryJudge(limits);
    await judge.judge(call('192.0.2.1', 200), [secret]);
    const start = (length: number, key: string) =>
      judge.judge(call('192.0.2.1', length, key), [secret]).then(
        ({ ok }) => ok,
        (error: ApiProblem) => error.code,
      );
    const flood = [6_000_000, 4_000_000, 5_000_000].map((length) => start(length, 'another'));
    expect(await start(1_500_000, secret)).toBe(true);
    expect(await Promise.all(flood)).toEqual([false, false, 'unavailable']);
  });
});
