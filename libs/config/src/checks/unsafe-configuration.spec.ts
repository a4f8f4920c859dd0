import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { encryptionKey, key, namesOf, problems, secretKey } from '../../spec/environments.js';
import type { Env } from '../environment.js';

describe('S-123 refuses to start', () => {
  it.each<[string, Env]>([
    ['Redis without a password over a network', { REDIS_URL: 'redis://redis:6379' }],
    ['PostgreSQL without a password over a network', { DATABASE_URL: 'postgresql://cooperage@db/cooperage' }],
    ['a short secret', { SECRET_KEY: 'abcdefghijklmnopqrstuvwxyz01234' }],
    ['an example secret', { SECRET_KEY: 'changeme-changeme-changeme-0123456789' }],
    ['a repeated secret', { SECRET_KEY: 'abababababababababababababababababab' }],
    ['one weak secret in a list', { SECRET_KEY: `${secretKey},short` }],
    ['an empty list', { SECRET_KEY: ' , ' }],
    ['a key of zeros', { ENCRYPTION_KEY: Buffer.alloc(32).toString('base64') }],
    ['a short key', { ENCRYPTION_KEY: randomBytes(31).toString('base64') }],
    ['a key that is no base64', { ENCRYPTION_KEY: 'not a key at all, surely it is none' }],
    ['listening everywhere', { HOST: '0.0.0.0' }],
    ['listening everywhere on IPv6', { HOST: '::' }],
    ['an open debugger', { NODE_OPTIONS: '--inspect=0.0.0.0:9229' }],
    ['TLS checks off', { NODE_TLS_REJECT_UNAUTHORIZED: '0' }],
  ])('with %s, in one line', (_what, changes) => {
    const found = problems('api', changes);
    expect(namesOf(found)).toEqual(Object.keys(changes));
    expect(found[0]!.says).not.toContain('\n');
  });

  it('but takes stores on a loopback address as they are', () => {
    expect(
      problems('live', { REDIS_URL: 'redis://127.0.0.1:6379', DATABASE_URL: 'postgresql://postgres@[::1]/c' }),
    ).toEqual([]);
    expect(namesOf(problems('live', { REDIS_URL: 'redis://127.evil.example:6379' }))).toEqual(['REDIS_URL']);
  });

  it('but listens everywhere in a container that says so', () => {
    expect(problems('api', { HOST: '0.0.0.0', COOPERAGE_BIND_ALL: 'true' })).toEqual([]);
  });

  it('with a signing key that is also the key of other secrets', () => {
    const both = { SIGNING_ENCRYPTION_KEY: `${key()},${encryptionKey}` };
    expect(namesOf(problems('control', both))).toEqual(['SIGNING_ENCRYPTION_KEY']);
  });

  it('with a token key that is not P-256, or not the one of its certificate', () => {
    const pem = (namedCurve: string) =>
      generateKeyPairSync('ec', { namedCurve }).privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
    const withKey = (text: string) =>
      namesOf(problems('api', { COOPERAGE_REGISTRY_TOKEN_KEY: text, COOPERAGE_REGISTRY_TOKEN_KEY_FILE: '' }));
    expect(withKey(pem('secp384r1'))).toEqual(['COOPERAGE_REGISTRY_TOKEN_KEY']);
    expect(withKey(pem('prime256v1'))).toEqual(['COOPERAGE_REGISTRY_TOKEN_CERT']);
  });
});
