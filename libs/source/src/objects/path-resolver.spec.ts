import { syncStretchRatio } from '@cooperage/testing';
import { describe, expect, it } from 'vitest';
import { type GitObject, ObjectTooLarge } from './batch-parser.js';
import { BrokenObject } from './object-sum.js';
import { PathResolver } from './path-resolver.js';

const modes = { file: '100644', folder: '40000', symlink: '120000' } as const;
type Entry = readonly [name: string, kind: keyof typeof modes, id: string];

/** Objects of a repository in memory: an id is any 40 hexadecimal digits. */
class Objects {
  reads = 0;
  readonly #objects = new Map<string, GitObject>();

  add(type: GitObject['type'], content: Buffer): string {
    const id = (this.#objects.size + 1).toString(16).padStart(40, '0');
    this.#objects.set(id, { type, content });
    return id;
  }

  link(target: string): string {
    return this.add('blob', Buffer.from(target));
  }

  tree(...entries: Entry[]): string {
    return this.add('tree', Buffer.concat(entries.map(entryOf)));
  }

  async read(id: string, maxBytes: number): Promise<GitObject> {
    this.reads++;
    const object = this.#objects.get(id);
    if (!object) throw new BrokenObject(id);
    if (object.content.length > maxBytes) throw new ObjectTooLarge('too large');
    return object;
  }
}

const file: Entry = ['file', 'file', 'f'.repeat(40)];

describe('the resolver of paths', () => {
  it('R2-N4 follows at most 255 names for one path, those of its links included', async () => {
    const objects = new Objects();
    const empty = objects.tree();
    // Each link leads through 819 names to the next one.
    const way = (to: string) => objects.link(`${'zz/../'.repeat(409)}${to}`);
    const links = Array.from(
      { length: 20 },
      (_, at): Entry => [`l${at}`, 'symlink', way(at < 19 ? `l${at + 1}` : 'file')],
    );
    const root = objects.tree(file, ...links, ['zz', 'folder', empty]);
    objects.reads = 0;
    expect(await new PathResolver(objects).resolve(root, 'l0')).toEqual({ kind: 'long' });
    expect(objects.reads).toBeLessThan(256);
    const most = `${'zz/../'.repeat(127)}file`;
    expect(await new PathResolver(objects).resolve(root, most)).toEqual({ kind: 'file', id: file[2] });
    expect(await new PathResolver(objects).resolve(root, `zz/../${most}`)).toEqual({ kind: 'long' });
  });

  it('R2-N4 reads at most so many bytes of folders for all paths of one preparation', async () => {
    const objects = new Objects();
    const names = Array.from({ length: 100 }, (_, at): Entry => [`folder-${at}`, 'folder', file[2]]);
    const root = objects.tree(...names, file);
    const treeBytes = (await objects.read(root, 2 ** 25)).content.length;
    objects.reads = 0;
    const paths = new PathResolver(objects, undefined, treeBytes * 3);
    const kinds: string[] = [];
    for (const name of ['folder-1', 'folder-2', 'folder-1', 'gone', 'gone', 'folder-3', 'folder-1'])
      kinds.push((await paths.resolve(root, name)).kind);
    // What was found before is known, and so is what is not there.
    expect(kinds).toEqual(['folder', 'folder', 'folder', 'missing', 'missing', 'large', 'folder']);
    expect(objects.reads).toBe(4);
  });

  it('R2-N4 ends with its signal, also while an object does not come', async () => {
    const stop = new AbortController();
    const never = { read: () => new Promise<never>(() => undefined) };
    const waiting = new PathResolver(never, stop.signal).resolve('a'.repeat(40), 'x');
    stop.abort(new Error('stopped'));
    await expect(waiting).rejects.toThrow('stopped');
    const objects = new Objects();
    await expect(new PathResolver(objects, stop.signal).resolve(objects.tree(file), 'file')).rejects.toThrow('stopped');
    expect(objects.reads).toBe(0);
  });

  it('R2-N4 lets others in while it looks through a folder of 900,000 names', async () => {
    const objects = new Objects();
    const content = Buffer.alloc(900_000 * entryBytes);
    for (let at = 0; at < 900_000; at++) manyEntry(at).copy(content, at * entryBytes);
    const root = objects.add('tree', content);
    const work = () => new PathResolver(objects).resolve(root, 'zz');
    expect(await work()).toEqual({ kind: 'missing' });
    expect(await syncStretchRatio(work)).toBeLessThan(5);
  });
});

function entryOf([name, kind, id]: Entry): Buffer {
  return Buffer.concat([Buffer.from(`${modes[kind]} ${name}\0`), Buffer.from(id, 'hex')]);
}

function manyEntry(at: number): Buffer {
  return entryOf([at.toString(36).padStart(7, '0'), 'file', file[2]]);
}

const entryBytes = manyEntry(0).length;
