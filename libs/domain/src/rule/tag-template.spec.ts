import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isTag } from '../image/tag.js';
import { isTagTemplate, renderTags, tagPlaceholders } from './tag-template.js';

const commit = 'a94b8fe5ccb19ba61c4c0873d391e987982fbbd3';
const render = (ref: string, ...templates: string[]) => renderTags(templates, { ref, commit, defaultBranch: 'main' });

describe('renderTags', () => {
  it.each<[string, string, string[]]>([
    ['refs/heads/main', '{{branch}}', ['main']],
    ['refs/heads/main', '{{default}}', ['latest']],
    ['refs/heads/other', '{{default}}', []],
    ['refs/tags/main', '{{default}}', []],
    ['refs/heads/my/branch', '{{branch}}', ['my-branch']],
    ['refs/heads/-h', '{{branch}}', ['h']],
    ['refs/heads/$(id);a', '{{branch}}', ['id-a']],
    ['refs/heads/日本', '{{branch}}', []],
    ['refs/heads/main', 'sha-{{sha}}', ['sha-a94b8fe']],
    ['refs/heads/main', 'nightly', ['nightly']],
    ['refs/heads/main', '{{ branch }}-{{sha}}', ['main-a94b8fe']],
    ['refs/heads/main', '{{version}}', []],
    ['refs/heads/v1.2.3', '{{version}}', []],
    ['refs/heads/main', '{{tag}}', []],
    ['refs/tags/v1.2.3', '{{branch}}', []],
    ['refs/tags/v1.2.3', '{{tag}}', ['v1.2.3']],
    ['refs/tags/v1.2.3', '{{version}}', ['1.2.3']],
    ['refs/tags/1.2.3', 'v{{major}}.{{minor}}', ['v1.2']],
    ['refs/tags/v1.2.3', '{{major}}.{{minor}}.{{patch}}-alpine', ['1.2.3-alpine']],
    ['refs/tags/v1.2.3+build.5', '{{version}}', []],
    ['refs/tags/v2.0.0-rc.1', '{{version}}', ['2.0.0-rc.1']],
    ['refs/tags/v2.0.0-rc.1', '{{major}}', []],
    ['refs/tags/v2.0.0-rc.1', '{{major}}.{{minor}}', []],
    ['refs/tags/v1.2', '{{version}}', []],
    ['refs/tags/v01.2.3', '{{version}}', []],
    ['refs/tags/release-1.2.3', '{{version}}', []],
    ['refs/tags/v1.2.3-', '{{version}}', []],
    [`refs/heads/${'x'.repeat(300)}`, '{{branch}}', ['x'.repeat(128)]],
    [`refs/heads/sha256-${'a'.repeat(64)}`, '{{branch}}', []],
    [`refs/heads/sha256-${'a'.repeat(64)}.sig`, '{{branch}}', []],
    ['refs/heads/main', '{{unknown}}', []],
  ])('%s by %s', (ref, template, tags) => {
    expect(render(ref, template)).toEqual(tags);
  });

  it('keeps the order of the templates and repeats none', () => {
    expect(render('refs/tags/v1.2.3', '{{version}}', '{{major}}.{{minor}}', '1.2.3', '{{major}}')).toEqual([
      '1.2.3',
      '1.2',
      '1',
    ]);
  });

  it('makes nothing but valid tags, whatever ref and template', () => {
    const name = fc.string({ unit: 'grapheme', minLength: 1 });
    const part = fc.oneof(
      name,
      fc.constantFrom(...tagPlaceholders).map((placeholder) => `{{${placeholder}}}`),
    );
    const ref = fc
      .tuple(fc.constantFrom('refs/heads/', 'refs/tags/', 'refs/tags/v1.2.3'), name)
      .map((parts) => parts.join(''));
    fc.assert(
      fc.property(ref, fc.array(fc.array(part).map((parts) => parts.join(''))), (value, templates) => {
        expect(render(value, ...templates).every(isTag)).toBe(true);
      }),
      { numRuns: 1_000 },
    );
  });
});

describe('isTagTemplate', () => {
  it.each(['latest', '{{branch}}', 'v{{ major }}.{{minor}}', '{{sha}}_x', '1'])('takes %s', (template) => {
    expect(isTagTemplate(template)).toBe(true);
  });

  it.each([
    '',
    'a b',
    '-x',
    '.x',
    'a/b',
    '{{nope}}',
    '{{Branch}}',
    '{{branch',
    '{{}}',
    'a:b',
    `${'x'.repeat(257)}`,
    'a\n',
  ])('refuses %j', (template) => {
    expect(isTagTemplate(template)).toBe(false);
  });
});
