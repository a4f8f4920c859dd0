import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { CHECKOUT } from '../checkout.ts';
import { edited, editVendored, GO_EDITS } from './go-edits.ts';

/** Of all files that are edited, the places of the edits. */
function vendoredPlaces(): { readonly vendor: string; readonly text: () => string } {
  const vendor = temporaryFolder();
  const files = new Set(GO_EDITS.map(({ package: name, file }) => path.join(vendor, name, file)));
  for (const file of files) {
    const own = GO_EDITS.filter((each) => path.join(vendor, each.package, each.file) === file);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, own.map(({ behind }) => behind).join(''));
  }
  return { vendor, text: () => [...files].map((file) => readFileSync(file, 'utf8')).join('') };
}

function temporaryFolder(): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'go-edits-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return folder;
}

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
    const { vendor, text } = vendoredPlaces();
    editVendored(vendor);
    for (const { insert } of GO_EDITS) expect(text()).toContain(insert);
  });

  it('is made in the image of Docker Compose by the few files that its recipe copies there', () => {
    const recipe = readFileSync(path.join(CHECKOUT, 'deploy/docker/buildkit.Dockerfile'), 'utf8');
    const files = /^COPY (tools\/local\/.*) \/edits\/$/m.exec(recipe)?.[1]?.split(' ') ?? [];
    const folder = temporaryFolder();
    for (const file of files) copyFileSync(path.join(CHECKOUT, file), path.join(folder, path.basename(file)));
    const sent = readFileSync(path.join(CHECKOUT, 'deploy/docker/buildkit.Dockerfile.dockerignore'), 'utf8').split(
      '\n',
    );
    for (const file of files) expect(sent).toContain(`!${file}`);
    const { vendor, text } = vendoredPlaces();
    execFileSync(process.execPath, [path.join(folder, 'edit-vendored.ts'), vendor]);
    for (const { insert } of GO_EDITS) expect(text()).toContain(insert);
    // Without a place for one of them the image is not built.
    const none = temporaryFolder();
    expect(() =>
      execFileSync(process.execPath, [path.join(folder, 'edit-vendored.ts'), none], { stdio: 'pipe' }),
    ).toThrow('ENOENT');
  });
});
