import { describe, expect, it } from 'vitest';
import { applicationTree, withChangedFile, withIgnoredChange } from './source-tree.js';

describe('the source of P1', () => {
  const files = applicationTree();
  const changed = (to: Record<string, string>) => Object.keys(to).filter((path) => to[path] !== files[path]);

  it('has 200 files of 2 MB under source/', () => {
    const source = Object.entries(files).filter(([path]) => path.startsWith('source/'));
    expect(source).toHaveLength(200);
    expect(source.reduce((bytes, [, content]) => bytes + content.length, 0)).toBe(2_000_000);
  });

  it('changes one file of the source, or one that the build ignores, and never twice alike', () => {
    const [path] = changed(withChangedFile(files));
    expect(changed(withChangedFile(files))).toEqual([path]);
    expect(path).toMatch(/^source\//);
    expect(changed(withIgnoredChange(files))).toEqual(['notes.md']);
    expect(withIgnoredChange(files)['notes.md']).not.toBe(withIgnoredChange(files)['notes.md']);
    expect(files['.dockerignore']).toContain('*.md');
  });
});
