import { isSlug } from '@cooperage/domain/predicates';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { slugFromAddress } from './project-slug';

it('takes the last part of a clone address', () => {
  expect(slugFromAddress('https://git.example.com/team/Service.git')).toBe('service');
  expect(slugFromAddress('git@host:team/My_Service.git')).toBe('my-service');
  expect(slugFromAddress('https://host/a/b/')).toBe('b');
  expect(slugFromAddress('')).toBe('');
});

it('is a valid short name or nothing', () => {
  fc.assert(
    fc.property(fc.string(), (address) => {
      const slug = slugFromAddress(address);
      return slug === '' || isSlug(slug);
    }),
  );
});
