import { changedPathLimits } from '@cooperage/domain';
import { describe, expect, it } from 'vitest';
import { type GitObject, ObjectTooLarge } from '../objects/batch-parser.js';
import { BrokenObject } from '../objects/object-sum.js';
import { changedPaths } from './changed-paths.js';

type Entry = readonly [mode: string, name: string, id: string];

/** Objects of a repository in memory. */
class Objects {
  reads = 0;
  readonly #trees = new Map<string, Buffer>();

  /** The entries stand in the order that is given. */
  tree(...entries: readonly Entry[]): string {
    const id = (this.#trees.size + 1).toString(16).padStart(40, '0');
    const bytes = entries.map(([mode, name, of]) =>
      Buffer.concat([Buffer.from(`${mode} ${name}\0`), Buffer.from(of, 'hex')]),
    );
    this.#trees.set(id, Buffer.concat(bytes));
    return id;
  }

  async read(id: string, maxBytes: number): Promise<GitObject> {
    this.reads++;
    const content = this.#trees.get(id);
    if (!content) throw new BrokenObject(id);
    if (content.length > maxBytes) throw new ObjectTooLarge('too large');
    return { type: 'tree', content };
  }
}

const [one, two] = ['1'.repeat(40), '2'.repeat(40)];
const times = (count: number, entry: (at: number) => Entry) => Array.from({ length: count }, (_, at) => entry(at));

describe('the changed paths of two trees', () => {
  it('are those of files that came, went, changed, or gave their name to a folder', async () => {
    const objects = new Objects();
    const same = objects.tree(['100644', 'x', one]);
    const inner = objects.tree(['100644', 'y', one], ['120000', 'z', one]);
    const from = objects.tree(
      ['100644', 'a', one],
      ['100644', 'a.b', one],
      ['40000', 'gone', inner],
      ['100644', 'mode', one],
      ['40000', 'same', same],
      ['160000', 'sub', one],
    );
    const to = objects.tree(
      ['100644', 'a.b', two],
      ['40000', 'a', inner],
      ['100755', 'mode', one],
      ['040000', 'same', same],
      ['160000', 'sub', two],
    );
    const wanted = ['a', 'a.b', 'a/y', 'a/z', 'gone/y', 'gone/z', 'mode', 'sub'];
    expect([...(await changedPaths(objects, from, to))].sort()).toEqual(wanted);
    expect([...(await changedPaths(objects, to, from))].sort()).toEqual(wanted);
    objects.reads = 0;
    expect(await changedPaths(objects, to, to)).toEqual([]);
    expect(objects.reads).toBe(0);
  });

  it('R4-P2 are too many where nested folders name more than the limit, and no more is read', async () => {
    const objects = new Objects();
    let id = objects.tree(...times(1_000, (at) => ['100644', `f${at}`, one]));
    for (let level = 0; level < 3; level++) {
      const below = id;
      id = objects.tree(...times(1_000, (at) => ['40000', `d${at}`, below]));
    }
    expect(await changedPaths(objects, objects.tree(), id)).toBe('too_many');
    expect(objects.reads).toBeLessThan(changedPathLimits.paths / 1_000 + 10);
  });

  it('R4-P2 are too many where folders without any file are nested', async () => {
    const objects = new Objects();
    let id = objects.tree();
    for (let level = 0; level < 10; level++) {
      const below = id;
      id = objects.tree(...times(10, (at) => ['40000', `d${at}`, below]));
    }
    expect(await changedPaths(objects, objects.tree(), id)).toBe('too_many');
    expect(objects.reads).toBeLessThanOrEqual(changedPathLimits.folders + 2);
  });

  it('R4-P2 are too many where their names are too long together, or one folder is', async () => {
    const objects = new Objects();
    const name = 'n'.repeat(1_000);
    let id = objects.tree();
    for (let level = 0; level < 1_000; level++) id = objects.tree(['40000', name, id]);
    expect(await changedPaths(objects, objects.tree(), id)).toBe('too_many');
    expect(objects.reads).toBeLessThan(200);
    const wide = objects.tree(...times(20_000, (at) => ['100644', `${name}${at}`, one]));
    expect(await changedPaths(objects, objects.tree(), wide)).toBe('too_many');
  });

  it('R4-P2 end with the reason of an abort, and for a folder that is not there', async () => {
    const objects = new Objects();
    const reason = new Error('enough');
    const trees = [objects.tree(), objects.tree(['100644', 'a', one])] as const;
    await expect(changedPaths(objects, ...trees, AbortSignal.abort(reason))).rejects.toBe(reason);
    await expect(changedPaths(objects, trees[0], two)).rejects.toThrow(BrokenObject);
  });
});
