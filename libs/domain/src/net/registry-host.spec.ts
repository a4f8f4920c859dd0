import { describe, expect, it } from 'vitest';
import { isRegistryHost } from './registry-host.js';

describe('isRegistryHost', () => {
  it.each(['docker.io', 'localhost', 'localhost:5000', '127.0.0.1:1', 'r-1.example.com:65535', `${'a'.repeat(63)}.b`])(
    'R-Low-5 takes %s',
    (host) => {
      expect(isRegistryHost(host)).toBe(true);
    },
  );

  it.each([
    ...['', ':0', ':5000', 'a:0', 'a:00', 'a:05', 'x:99999', 'x:65536', 'a:b', 'a:', 'a:1:2', '[::1]:5000'],
    ...['a..b', '.a', 'a.', '-a', 'a-', 'a_b', 'A.example', 'a b', 'a/b', 'a\n', `${'a'.repeat(64)}.b`],
    ...[`${'a.'.repeat(150)}a`, 'é.example'],
  ])('R-Low-5 refuses %j', (host) => {
    expect(isRegistryHost(host)).toBe(false);
  });
});
