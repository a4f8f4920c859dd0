import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { isPublicAddress } from './public-address.js';

describe('isPublicAddress', () => {
  it.each([
    '1.1.1.1',
    '140.82.121.3',
    '172.32.0.1',
    '100.128.0.1',
    '2606:4700::1111',
    '2a00:1450:4001::1',
    '64:ff9b::8c52:7903',
  ])('takes %s', (address) => expect(isPublicAddress(address)).toBe(true));

  it.each([
    '0.0.0.0',
    '0.1.2.3',
    '10.1.2.3',
    '100.64.0.1',
    '100.100.100.200',
    '127.0.0.1',
    '127.255.0.1',
    '168.63.129.16',
    '169.254.169.254',
    '172.16.0.1',
    '172.31.255.255',
    '192.0.0.192',
    '192.168.1.1',
    '198.18.0.1',
    '224.0.0.1',
    '255.255.255.255',
    '::',
    '::1',
    '::ffff:127.0.0.1',
    '::ffff:7f00:1',
    '::ffff:1.1.1.1',
    '::127.0.0.1',
    'fe80::1',
    'fe80::1%eth0',
    'fc00::1',
    'fd00:ec2::254',
    'ff02::1',
    '2001::1',
    '2001:db8::1',
    '2002:7f00:1::',
    '64:ff9b::7f00:1',
    '64:ff9b::a9fe:a9fe',
    '64:ff9b:1::1',
    '',
    'localhost',
    '2130706433',
    '0x7f.1',
    '127.1',
  ])('S-019 refuses %s', (address) => expect(isPublicAddress(address)).toBe(false));

  it('calls nothing public that the filter of builds closes', () => {
    const file = new URL('../../../../deploy/network/closed-ranges.txt', import.meta.url);
    const ranges = readFileSync(file, 'utf8').match(/^[\d./]+$/gm) ?? [];
    expect(ranges).toEqual(expect.arrayContaining(['10.0.0.0/8', '169.254.0.0/16']));
    for (const range of ranges) expect(isPublicAddress(range.split('/')[0]!)).toBe(false);
  });
});
