import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { edited, editVendored, GO_EDITS } from './go-edits.ts';

describe('R6-A7 what is changed in BuildKit', () => {
  const edit = { package: 'example.org/a', file: 'a.go', behind: 'func read() {\n', insert: '\tbound()\n' };

  it('stands behind its place', () => {
    expect(edited('// a\nfunc read() {\n}\n', edit)).toBe('// a\nfunc read() {\n\tbound()\n}\n');
  });

  it('is not built without, where the place is gone or there twice', () => {
    for (const source of ['func other() {\n}\n', 'func read() {\n}\nfunc read() {\n}\n'])
      expect(() => edited(source, edit)).toThrow('example.org/a/a.go has changed');
  });

  it('is made in copies of the packages, several times in one file', () => {
    const vendor = mkdtempSync(path.join(tmpdir(), 'go-edits-'));
    onTestFinished(() => rmSync(vendor, { recursive: true }));
    const files = new Set(GO_EDITS.map(({ package: name, file }) => path.join(vendor, name, file)));
    for (const file of files) {
      const own = GO_EDITS.filter((each) => path.join(vendor, each.package, each.file) === file);
      mkdirSync(path.dirname(file), { recursive: true });
      writeFileSync(file, own.map(({ behind }) => behind).join(''));
    }
    editVendored(vendor);
    const texts = [...files].map((file) => readFileSync(file, 'utf8')).join('');
    for (const { insert } of GO_EDITS) expect(texts).toContain(insert);
  });
});
