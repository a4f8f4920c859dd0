import { cpuTimeMs } from '@cooperage/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isDigest, parseDigest } from './digest.js';
import { isRepositoryName, isSlug, projectRepository, reservedSlugs } from './repository-name.js';
import { isTag, sanitizeTag } from './tag.js';

const hex = 'a'.repeat(64);

describe('digests', () => {
  it('are sha256 in lower case', () => {
    expect(isDigest(`sha256:${hex}`)).toBe(true);
    expect(parseDigest(`sha256:${hex}`)).toBe(`sha256:${hex}`);
  });

  it.each([
    '',
    hex,
    `sha256:${hex.slice(1)}`,
    `sha256:${hex}a`,
    `sha256:${hex.toUpperCase()}`,
    `SHA256:${hex}`,
    `sha512:${hex}${hex}`,
    `sha256:${hex}\n`,
    ` sha256:${hex}`,
  ])('are not %j', (value) => {
    expect(isDigest(value)).toBe(false);
    expect(() => parseDigest(value)).toThrow(TypeError);
  });
});

describe('repository names', () => {
  it.each(['a', 'a/b/c', 'a.b_c__d-e--f', '0', 'x'.repeat(255)])('take %s', (name) => {
    expect(isRepositoryName(name)).toBe(true);
  });

  it.each([
    '',
    '/',
    'a/',
    '/a',
    'a//b',
    'A',
    'a___b',
    'a..b',
    '-a',
    'a-',
    '.a',
    'a:b',
    'a@b',
    '../a',
    'ä',
    'a\n',
    'x'.repeat(256),
  ])('refuse %j', (name) => {
    expect(isRepositoryName(name)).toBe(false);
  });

  it('are made of two slugs', () => {
    expect(projectRepository('acme', 'api')).toBe('acme/api');
    expect(['acme', 'a-b', 'x'.repeat(63)].every(isSlug)).toBe(true);
    expect(['', 'a/b', 'A', 'x'.repeat(64)].some(isSlug)).toBe(false);
    expect(reservedSlugs.every(isSlug)).toBe(true);
  });

  it('take no time worth naming, whatever they are made of', () => {
    const began = cpuTimeMs();
    for (const unit of ['a', '-', '_', 'a-', 'a_', 'a__'])
      isSlug(unit.repeat(20)) || isRepositoryName(`${unit.repeat(80)}!`);
    expect(cpuTimeMs() - began).toBeLessThan(1_000);
  });
});

describe('tags', () => {
  it('leave those of signatures and referrers alone', () => {
    expect(['latest', 'v1.2', '_x', 'x'.repeat(128), `sha256-${hex.slice(1)}`].every(isTag)).toBe(true);
    expect([`sha256-${hex}`, `sha256-${hex}.sig`, `sha256-${hex}.att`, `sha256-${hex}.sbom`].some(isTag)).toBe(false);
    expect(['', '-a', '.a', 'a/b', 'a b', 'a\n', 'ä', 'x'.repeat(129)].some(isTag)).toBe(false);
  });

  it.each([
    ['my/branch', 'my-branch'],
    ['a//b  c', 'a-b-c'],
    ['--a', 'a'],
    ['.a', 'a'],
    ['/a', 'a'],
    ['é', ''],
    ['A_b.c-d', 'A_b.c-d'],
  ])('are sanitized: %s', (text, tag) => {
    expect(sanitizeTag(text)).toBe(tag);
  });

  it('sanitized once are sanitized, and valid unless nothing is left', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 300 }), (text) => {
        const tag = sanitizeTag(text);
        expect(sanitizeTag(tag)).toBe(tag);
        expect(tag === '' || isTag(tag)).toBe(true);
      }),
    );
  });
});
