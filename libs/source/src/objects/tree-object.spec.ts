import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findTreeEntry } from './tree-object.js';

const entry = (mode: string, name: string, byte: number): Buffer =>
  Buffer.concat([Buffer.from(`${mode} ${name}\0`), Buffer.alloc(20, byte)]);

describe('findTreeEntry', () => {
  it('finds an entry of each kind', async () => {
    const tree = Buffer.concat([
      entry('100644', 'a b', 1),
      entry('40000', 'dir', 2),
      entry('120000', 'é', 3),
      entry('160000', 'sub', 4),
      entry('100755', 'x', 0),
    ]);
    expect(await findTreeEntry(tree, 'a b')).toEqual({ kind: 'file', id: '01'.repeat(20) });
    expect(await findTreeEntry(tree, 'dir')).toEqual({ kind: 'folder', id: '02'.repeat(20) });
    expect(await findTreeEntry(tree, 'é')).toEqual({ kind: 'symlink', id: '03'.repeat(20) });
    expect(await findTreeEntry(tree, 'sub')).toEqual({ kind: 'submodule', id: '04'.repeat(20) });
    expect(await findTreeEntry(tree, 'x')).toEqual({ kind: 'file', id: '00'.repeat(20) });
    expect(await findTreeEntry(tree, 'di')).toBeUndefined();
  });

  it('ends on any bytes', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uint8Array({ maxLength: 200 }),
        fc.string(),
        async (bytes, name) => void (await findTreeEntry(Buffer.from(bytes), name)),
      ),
    );
  });
});
