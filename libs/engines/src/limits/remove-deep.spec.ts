import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { isTooDeep, removeDeep } from './remove-deep.js';

/** A path of 3,000 bytes. */
const below = `${'d'.repeat(199)}/`.repeat(15);

describe('folders that no path leads to', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'deep-'));
  });
  afterEach(() => {
    if (existsSync(folder)) rmSync(folder, { recursive: true });
  });

  /** Each round digs below the one before, with a file at its bottom. */
  function dig(root: string, rounds: number): void {
    const script = `cd "$1"; for i in $(seq ${rounds}); do mkdir -p ${below} && cd -P ${below} && echo x > file; done`;
    execFileSync('sh', ['-c', script, 'sh', root]);
  }

  it('R2-N12 are told from others', async () => {
    const [shallow, deep] = [join(folder, 'shallow'), join(folder, 'deep')];
    mkdirSync(join(shallow, 'a/b/c'.repeat(50)), { recursive: true });
    symlinkSync('..', join(shallow, 'up'));
    mkdirSync(deep);
    dig(deep, 2);
    expect([await isTooDeep(shallow), await isTooDeep(deep)]).toEqual([false, true]);
    expect(await isTooDeep(join(folder, 'nothing'))).toBe(false);
    await removeDeep(deep);
    expect([existsSync(deep), existsSync(shallow)]).toEqual([false, true]);
  });

  it('R2-N12 are removed with what lies in them and beside them, and nothing that a link leads to', async () => {
    const root = join(folder, 'root');
    const kept = join(folder, 'kept');
    for (const path of [root, kept]) mkdirSync(path);
    writeFileSync(join(kept, 'file'), 'x');
    symlinkSync(kept, join(root, 'link'));
    for (let at = 0; at < 100; at++) mkdirSync(join(root, `wide-${at}/below`), { recursive: true });
    writeFileSync(join(root, 'wide-7/below/file'), 'x');
    dig(root, 40);
    await removeDeep(root);
    expect([existsSync(root), existsSync(join(kept, 'file'))]).toEqual([false, true]);
    await removeDeep(root);
  });
});
