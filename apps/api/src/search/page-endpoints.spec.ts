import { describe, expect, it } from 'vitest';
import { endpointAddress, findEndpoint } from './page-endpoints.js';

function resolve(address: string, values: Record<string, string> = {}): string | null {
  const found = findEndpoint(address);
  return found && endpointAddress(found, { ...found.values, projectId: 'P', ...values });
}

describe('endpoint of a page', () => {
  it.each([
    ['/', '/api/v1/overview'],
    ['/builds?filter=is%3Afailed&cursor=c', '/api/v1/builds?filter=is%3Afailed&cursor=c'],
    ['/p/acme/api', '/api/v1/builds?project=P'],
    ['/p/acme/api?filter=branch%3Amain', '/api/v1/builds?project=P&filter=branch%3Amain'],
    ['/p/acme/api/b/128?view=inputs', '/api/v1/projects/P/builds/by-number/128'],
    ['/p/acme/api/images/sha256:abc', '/api/v1/projects/P/images/sha256%3Aabc'],
    ['/members?organization=o-1', '/api/v1/organizations/o-1/members'],
    ['/usage?organization=o-1', '/api/v1/organizations/o-1/usage'],
    ['/settings/retention?organization=o-1&logDays=1', '/api/v1/organizations/o-1/retention'],
    ['/organizations?cursor=c', '/api/v1/organizations?cursor=c'],
    ['/organizations/acme', '/api/v1/organizations/acme'],
  ])('of %s is %s', (page, endpoint) => {
    expect(resolve(page)).toBe(endpoint);
  });

  it('keeps what filters and drops what only changes the look', () => {
    expect(resolve('/builds?view=x&filter=is%3Afailed&project=other&cursor=')).toBe(
      '/api/v1/builds?filter=is%3Afailed',
    );
  });

  it.each(['/nothing', '/p/acme', '/builds/1', 'builds', '//evil.example/builds', '/p/%zz/api', '/p//api'])(
    'is none for %s',
    (address) => {
      expect(findEndpoint(address)).toBeNull();
    },
  );

  it('does not let a segment of the page become more than one of the endpoint', () => {
    expect(resolve('/p/acme/api/deliveries/..%2F..%2Fme')).toBe('/api/v1/deliveries/..%2F..%2Fme');
  });
});
