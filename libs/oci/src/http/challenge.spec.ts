import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseChallenge } from './challenge.js';

describe('parseChallenge', () => {
  it.each([
    [
      'Bearer realm="https://auth.example/token",service="registry.example",scope="repository:a/b:pull,push"',
      { scheme: 'bearer', realm: 'https://auth.example/token', service: 'registry.example' },
    ],
    ['bearer service=x, realm=https://a/t', { scheme: 'bearer', realm: 'https://a/t', service: 'x' }],
    ['Bearer realm="https://a/t"', { scheme: 'bearer', realm: 'https://a/t', service: undefined }],
    ['Basic realm="Registry, Realm"', { scheme: 'basic' }],
    ['Negotiate, Basic realm="x"', { scheme: 'basic' }],
    [
      'Bearer realm="https://first",realm="https://second"',
      { scheme: 'bearer', realm: 'https://first', service: undefined },
    ],
  ])('reads %s', (header, challenge) => {
    expect(parseChallenge(header)).toEqual(challenge);
  });

  it.each([
    undefined,
    '',
    'Bearer',
    'Bearer service="x"',
    'Digest realm="x"',
    'xBasic realm="a"',
    `Bearer realm="${'a'.repeat(5_000)}"`,
  ])('makes nothing of %j', (header) => {
    expect(parseChallenge(header)).toBeNull();
  });

  it('never throws', () => {
    fc.assert(fc.property(fc.string({ maxLength: 200 }), (text) => void parseChallenge(`Bearer ${text}`)));
  });
});
