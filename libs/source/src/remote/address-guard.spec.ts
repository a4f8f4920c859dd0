import { type BuildFailure, parseRemoteUrl } from '@cooperage/domain';
import { describe, expect, it } from 'vitest';
import { checkedAddresses } from './address-guard.js';

const none = new Set<string>();
const check = (url: string, addresses: readonly string[], allowPrivate = none) =>
  checkedAddresses(parseRemoteUrl(url), { allowPrivate, resolve: async () => addresses });
const code = (promise: Promise<unknown>) =>
  promise.then(
    () => 'allowed',
    (error: BuildFailure) => error.code,
  );

describe('checkedAddresses', () => {
  it('gives the public addresses of a name', async () => {
    expect(await check('https://git.example/a', ['1.1.1.1', '2606:4700::1'])).toEqual(['1.1.1.1', '2606:4700::1']);
  });

  it.each([
    '127.0.0.1',
    '10.0.0.1',
    '169.254.169.254',
    '100.64.0.1',
    '0.0.0.0',
    '::1',
    '::ffff:10.0.0.1',
    'fe80::1',
    'fd00:ec2::254',
  ])('S-019 refuses a name that leads to %s, also beside a public address', async (address) => {
    expect(await code(check('https://git.example/a', [address]))).toBe('PolicyRefused');
    expect(await code(check('ssh://git@git.example/a', ['1.1.1.1', address]))).toBe('PolicyRefused');
  });

  it.each([
    'https://127.0.0.1/a',
    'https://2130706433/a',
    'https://0x7f.1/a',
    'https://017700000001/a',
    'https://[::1]/a',
    'https://[::ffff:127.0.0.1]/a',
    'git@127.1:a',
    'ssh://git@0/a',
  ])('S-019 refuses the address %s without looking anything up', async (url) =>
    expect(await code(check(url, ['1.1.1.1']))).toBe('PolicyRefused'),
  );

  it('S-019 opens exactly the host and port that the operator names', async () => {
    const allowed = new Set(['git.corp:8443']);
    expect(await check('https://git.corp:8443/a', ['10.0.0.5'], allowed)).toEqual(['10.0.0.5']);
    expect(await code(check('https://git.corp/a', ['10.0.0.5'], allowed))).toBe('PolicyRefused');
    expect(await code(check('https://other.corp:8443/a', ['10.0.0.5'], allowed))).toBe('PolicyRefused');
    expect(await code(check('https://10.0.0.5:8443/a', [], allowed))).toBe('PolicyRefused');
  });

  it('S-019 does not say which address it found', async () => {
    const error = await check('https://git.example/a', ['10.1.2.3']).catch((caught: BuildFailure) => caught);
    expect(String((error as BuildFailure).message)).not.toContain('10.1.2.3');
  });

  it('says that a name has no address, and ends with the signal', async () => {
    expect(await code(check('https://git.example/a', []))).toBe('SourceUnavailable');
    const remote = parseRemoteUrl('https://git.example/a');
    const resolve = (): Promise<never> => Promise.reject(new Error('ENOTFOUND'));
    expect(await code(checkedAddresses(remote, { allowPrivate: none, resolve }))).toBe('SourceUnavailable');
    const signal = AbortSignal.timeout(20);
    const never = (): Promise<never> => new Promise(() => {});
    await expect(checkedAddresses(remote, { allowPrivate: none, resolve: never, signal })).rejects.toThrow(
      /aborted due to timeout/,
    );
  });
});
