import { atOnce } from '@cooperage/domain';
import { describe, expect, it } from 'vitest';
import * as browse from './browse-files.js';
import type { FileNode } from './file-tree.js';
import { layFiles } from './image-files.js';
import type { LayerEntry } from './layer-entry.js';

const file = (path: string, sizeBytes = 1): LayerEntry => ({ path, kind: 'file', sizeBytes });
const folder = (path: string): LayerEntry => ({ path, kind: 'directory', sizeBytes: 0 });
const removed = (path: string): LayerEntry => ({ path, kind: 'removed', sizeBytes: 0 });
const emptied = (path: string): LayerEntry => ({ path, kind: 'emptied', sizeBytes: 0 });

const listFolder = (root: FileNode, path: string) => atOnce(browse.listFolder(root, path));
const searchFiles = (root: FileNode, words: string, most: number) => atOnce(browse.searchFiles(root, words, most));
const all = async (listings: LayerEntry[][]) =>
  searchFiles((await layFiles(listings)).root, '', 99)
    .map(({ path, layer }) => `${path}@${layer}`)
    .sort();

describe('layers upon each other', () => {
  it('count what each adds, changes and removes, and what it stores for nothing', async () => {
    const { changes } = await layFiles([
      [folder('app'), file('app/a', 100), file('app/b', 10), file('tmp/cache', 1000)],
      [folder('app'), file('app/a', 120), removed('tmp/cache'), file('app/c', 5)],
      [removed('app')],
    ]);
    expect(changes).toEqual([
      { added: 4, changed: 0, removed: 0, wastedBytes: 1110 },
      { added: 1, changed: 1, removed: 1, wastedBytes: 125 },
      { added: 0, changed: 0, removed: 4, wastedBytes: 0 },
    ]);
  });

  it('obey whiteouts before what their own layer puts, wherever they stand in it', async () => {
    expect(
      await all([
        [file('d/a'), file('d/b')],
        [file('d/new'), emptied('d')],
      ]),
    ).toEqual(['d/new@1']);
    expect(await all([[file('d/a')], [file('d/a', 2), removed('d/a')]])).toEqual(['d/a@1']);
    expect((await layFiles([[file('d/a')], [file('d/a', 2), removed('d/a')]])).changes[1]).toMatchObject({
      ...{ added: 0, changed: 1, removed: 0 },
    });
    expect(await all([[file('x')], [emptied('')], [removed('nothing/there')]])).toEqual([]);
  });

  it('let a file take the place of a folder, and a folder that of a file', async () => {
    expect(await all([[file('d/a', 7)], [file('d')]])).toEqual(['d@1']);
    expect((await layFiles([[file('d/a', 7)], [file('d')]])).changes[0]?.wastedBytes).toBe(7);
    expect(await all([[file('d', 7)], [folder('d'), file('d/a')]])).toEqual(['d/a@1']);
    expect(await all([[file('d', 7)], [file('d/a')]])).toEqual(['d/a@1']);
  });

  it('count a path that an archive names twice once', async () => {
    expect((await layFiles([[file('a', 5), file('a', 6)]])).changes[0]).toEqual({
      ...{ added: 1, changed: 0, removed: 0, wastedBytes: 0 },
    });
  });

  it('are not confused by names that objects know', async () => {
    expect(await all([[file('__proto__/constructor')]])).toEqual(['__proto__/constructor@0']);
  });
});

describe('a folder of an image', async () => {
  const { root, layers } = await layFiles([
    [file('usr/lib/a', 50), file('usr/bin/b', 70), file('etc/c', 60)],
    [file('etc/c', 5)],
  ]);

  it('lists folders with all that they hold, the largest first', () => {
    expect(listFolder(root, '')?.map(({ path, sizeBytes, files }) => [path, sizeBytes, files])).toEqual([
      ['usr', 120, 2],
      ['etc', 5, 1],
    ]);
    expect(listFolder(root, 'usr')?.map(({ path }) => path)).toEqual(['usr/bin', 'usr/lib']);
    expect(listFolder(root, 'usr/bin/b')).toBeNull();
    expect(listFolder(root, 'nowhere')).toBeNull();
  });

  it('of one layer says what it changes', () => {
    expect(listFolder(layers[1]!, 'etc')).toEqual([
      expect.objectContaining({ path: 'etc/c', change: 'changed', layer: 1, sizeBytes: 5 }),
    ]);
  });

  it('is searched by a part of the path', () => {
    expect(searchFiles(root, 'BIN/', 9).map(({ path }) => path)).toEqual(['usr/bin/b']);
    expect(searchFiles(root, 'usr', 1)).toHaveLength(1);
  });
});
