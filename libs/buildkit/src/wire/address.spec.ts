import { describe, expect, it } from 'vitest';
import { parseAddress } from './address.js';

describe('the address of an engine', () => {
  it.each([
    ['unix:///run/buildkit/buildkitd.sock', { kind: 'unix', path: '/run/buildkit/buildkitd.sock' }],
    ['tcp://buildkit.example:1234', { kind: 'tcp', host: 'buildkit.example', port: 1234 }],
    ['tcp://[::1]:1234', { kind: 'tcp', host: '::1', port: 1234 }],
  ])('%s', (address, parsed) => {
    expect(parseAddress(address)).toEqual(parsed);
  });

  it.each([
    '',
    '/run/x.sock',
    'unix://relative',
    'tcp://host',
    'tcp://host:0',
    'tcp://host:99999',
    'tcp://a@b:1',
    'http://x:1',
  ])('is not %j', (address) => {
    expect(() => parseAddress(address)).toThrow(TypeError);
  });
});
