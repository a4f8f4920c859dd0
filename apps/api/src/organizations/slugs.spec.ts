import { expect, it } from 'vitest';
import { assertFreeSlug } from './slugs.js';

it.each([
  ['0199c0de-0000-7000-8000-000000000001', 'this looks like an id: choose another name'],
  ['cache', 'this name is reserved: choose another one'],
])('V-14 a name that is refused says why: %s', (slug, message) => {
  expect(() => assertFreeSlug(slug)).toThrow(
    expect.objectContaining({ options: { errors: [{ path: 'slug', message }] } }),
  );
});

it('a name that begins like an id is free', () => {
  expect(() => assertFreeSlug('0199c0de')).not.toThrow();
});
