import { describe, expect, it } from 'vitest';
import { nextPage } from '../client/next-page.js';
import { isRegistryError } from '../registry-error.js';
import { AddressRules } from './address-rules.js';

const rules = new AddressRules(new URL('https://registry.example'), ['storage.example:9000']);
const plain = new AddressRules(new URL('http://127.0.0.1:5000'), []);

function refused(action: () => unknown): boolean {
  try {
    action();
    return false;
  } catch (error) {
    return isRegistryError(error, 'invalid');
  }
}

describe('AddressRules', () => {
  it('sends an upload on at the registry itself, with our scheme', () => {
    expect(rules.upload('/v2/a/blobs/uploads/1?_state=x').href).toBe(
      'https://registry.example/v2/a/blobs/uploads/1?_state=x',
    );
    expect(rules.upload('http://registry.example/u').href).toBe('https://registry.example/u');
    expect(plain.upload('http://127.0.0.1:5000/u').href).toBe('http://127.0.0.1:5000/u');
  });

  it.each([
    undefined,
    '',
    'https://other.example/u',
    'http://127.0.0.1/u',
    'file:///etc/passwd',
    'https://user:pw@registry.example/u',
    'https://registry.example:444/u',
    'http://[',
  ])('S-104 sends no upload to %j', (location) => {
    expect(refused(() => rules.upload(location))).toBe(true);
  });

  it('fetches from any https address and from trusted hosts', () => {
    expect(rules.fetch('https://cdn.example/blob').href).toBe('https://cdn.example/blob');
    expect(rules.fetch('http://storage.example:9000/blob').href).toBe('http://storage.example:9000/blob');
    expect(plain.fetch('/token').href).toBe('http://127.0.0.1:5000/token');
  });

  it.each([
    undefined,
    'http://cdn.example/blob',
    'http://169.254.169.254/latest',
    'http://registry.example/x',
    'ftp://registry.example/x',
    'https://a@registry.example/',
    'gopher://x',
  ])('S-104 fetches nothing from %j', (location) => {
    expect(refused(() => rules.fetch(location))).toBe(true);
  });

  it('S-104 leaves a plain registry only for itself or for https', () => {
    expect(refused(() => plain.fetch('http://127.0.0.1:5001/token'))).toBe(true);
    expect(refused(() => plain.fetch('http://localhost:5000/token'))).toBe(true);
  });
});

describe('nextPage', () => {
  const origin = new URL('http://127.0.0.1:5000');

  it('follows the same list', () => {
    expect(nextPage('</v2/a/tags/list?last=x&n=2>; rel="next"', origin, '/v2/a/tags/list')?.search).toBe('?last=x&n=2');
    expect(nextPage(undefined, origin, '/v2/a/tags/list')).toBeNull();
  });

  it.each([
    '<http://other.example/v2/a/tags/list?n=1>; rel="next"',
    '</v2/b/tags/list?n=1>; rel="next"',
    '<//other.example/v2/a/tags/list>; rel="next"',
    '</v2/a/tags/../../b>; rel=next',
  ])('S-104 does not follow %s', (link) => {
    expect(refused(() => nextPage(link, origin, '/v2/a/tags/list'))).toBe(true);
  });
});
