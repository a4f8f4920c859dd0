import { describe, expect, it } from 'vitest';
import { dataTwin } from './web-proxy.js';

describe('the data of a page', () => {
  it.each([
    ['/builds.json', '/builds'],
    ['/builds.json?status=failed&cursor=a%2Bb', '/builds?status=failed&cursor=a%2Bb'],
    ['/index.json', '/'],
    ['/.json', '/'],
    ['/p/acme/api/b/128.json?view=log', '/p/acme/api/b/128?view=log'],
    ['//evil.example/x.json', '//evil.example/x'],
  ])('behind %s is what %s shows', (target, address) => {
    const twin = dataTwin(target) ?? '';
    expect(twin).toMatch(/^\/api\/v1\/lookup\/page\?/);
    expect(new URL(twin, 'http://x.invalid').searchParams.get('address')).toBe(address);
  });

  it.each(['/builds', '/builds?next=.json', '/_next/static/x.json', '/builds.jsonx'])('is not behind %s', (target) => {
    expect(dataTwin(target)).toBeNull();
  });
});
