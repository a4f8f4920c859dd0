import { describe, expect, it } from 'vitest';
import { redisAgeProblem } from './redis-age.ts';
import { versionOfInfo } from './redis-probe.ts';

describe('the age of a Redis server', () => {
  it.each([
    ['6.2.20', '6.2.24'],
    ['7.4.6', '7.4.11'],
    ['8.2.8', '8.2.9'],
    ['8.10.0', '8.10.1'],
    ['7.0.15', '8.2.9'],
    ['8.0.2', '8.2.9'],
    ['8.0.6', '8.2.9'],
  ])('R12A-2 asks for an upgrade of %s to %s', (version, upgrade) => {
    expect(redisAgeProblem(version)).toBe(
      `Redis ${version} has known security holes in its scripts: upgrade to ${upgrade} or later`,
    );
  });

  it.each(['6.2.24', '7.4.11', '8.2.9', '8.2.10', '8.10.2', '8.12.0', '9.0.0', 'Valkey 7.2.4', ''])(
    'R12A-2 says nothing of %j',
    (version) => {
      expect(redisAgeProblem(version)).toBeUndefined();
    },
  );
});

describe('the version in the answer to INFO', () => {
  it.each([
    ['$99\r\n# Server\r\nredis_version:7.4.6\r\nredis_mode:standalone\r\n', '7.4.6'],
    ['# Server\r\nredis_version:7.2.4\r\nserver_name:valkey\r\nvalkey_version:8.1.4\r\n', 'Valkey 8.1.4'],
    ['# Server\r\nredis_version:7.4.0\r\ndragonfly_version:df-v1.34.0\r\n', 'Dragonfly df-v1.34.0'],
    ['-NOAUTH Authentication required.\r\n', undefined],
  ])('R12A-2 of %j is %s', (answer, version) => {
    expect(versionOfInfo(answer)).toBe(version);
  });
});
