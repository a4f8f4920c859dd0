import { describe, expect, it } from 'vitest';
import { clientAddress, trustOf } from './client-address.js';

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
