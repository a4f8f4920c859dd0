import { describe, expect, it } from 'vitest';
import { addressGroup, addressSite, clientAddress, trustOf } from './client-address.js';

describe('clientAddress', () => {
  it('is the other end of the connection where no proxy is trusted, whatever a client says', () => {
    expect(clientAddress('1.1.1.1', '6.6.6.6', trustOf(false))).toBe('1.1.1.1');
    expect(clientAddress('::ffff:1.1.1.1', undefined, trustOf(false))).toBe('1.1.1.1');
  });

  it('is what as many proxies say, counted from our side', () => {
    expect(clientAddress('10.0.0.1', '6.6.6.6, 1.1.1.1', trustOf(1))).toBe('1.1.1.1');
    expect(clientAddress('10.0.0.1', '6.6.6.6, 1.1.1.1, 10.0.0.2', trustOf(2))).toBe('1.1.1.1');
    expect(clientAddress('10.0.0.1', undefined, trustOf(2))).toBe('10.0.0.1');
  });

  it('is what proxies of known networks say, as long as they do', () => {
    const trust = trustOf(['10.0.0.0/8', 'fd00::/8', '192.0.2.7']);
    expect(clientAddress('10.1.2.3', '6.6.6.6, 1.1.1.1, fd00::1', trust)).toBe('1.1.1.1');
    expect(clientAddress('192.0.2.7', '2001:db8::1', trust)).toBe('2001:db8::1');
    expect(clientAddress('192.0.2.8', '1.1.1.1', trust)).toBe('192.0.2.8');
    expect(clientAddress('10.0.0.1', 'nonsense', trust)).toBe('nonsense');
  });
});

describe('addressGroup', () => {
  it.each([
    ['192.0.2.7', '192.0.2.7'],
    ['::ffff:192.0.2.7', '192.0.2.7'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:DB8:1:2::9', '2001:db8:1:2::/64'],
    ['2001:0db8::1', '2001:db8:0:0::/64'],
    ['2001:db8:1:2:3::', '2001:db8:1:2::/64'],
    ['fe80::1%eth0', 'fe80:0:0:0::/64'],
    ['::1', '0:0:0:0::/64'],
    ['64:ff9b::192.0.2.7', '64:ff9b:0:0::/64'],
    ['1:2:3:4:5:6:7.8.9.10', '1:2:3:4::/64'],
    ['nonsense', 'nonsense'],
  ])('of %s is %s', (address, group) => {
    expect(addressGroup(address)).toBe(group);
  });
});

describe('addressSite', () => {
  it.each([
    ['192.0.2.7', '192.0.2.7'],
    ['::ffff:192.0.2.7', '192.0.2.7'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1::/48'],
    ['2001:db8:1:3::9', '2001:db8:1::/48'],
    ['2001:0db8::1', '2001:db8:0::/48'],
    ['nonsense', 'nonsense'],
  ])('of %s is %s', (address, site) => {
    expect(addressSite(address)).toBe(site);
  });
});
