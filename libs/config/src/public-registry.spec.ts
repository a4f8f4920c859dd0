import { describe, expect, it } from 'vitest';
import { publicRegistry } from './public-registry.js';

const inner = { host: 'registry:5000', insecure: true };

describe('publicRegistry', () => {
  it('is the registry of our processes where no other name is given', () => {
    expect(publicRegistry({ ...inner, publicHost: null })).toEqual(inner);
  });

  it.each([
    ['registry.example.org', false],
    ['registry.example.org:8443', false],
    ['localhost:5000', true],
    ['127.0.0.1:5000', true],
    ['[::1]:5000', true],
  ])('is %s, spoken to without TLS: %s', (publicHost, insecure) => {
    expect(publicRegistry({ ...inner, publicHost })).toEqual({ host: publicHost, insecure });
  });
});
