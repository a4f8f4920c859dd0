import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { keptBuilderKey } from './builder-key.js';

describe('the key of a builder', () => {
  let root: string;
  let folder: string;
  beforeEach(async () => {
    root = await mkdtemp(path.join(tmpdir(), 'cooperage-key-'));
    folder = path.join(root, 'keys');
  });
  afterEach(() => rm(root, { recursive: true, force: true }));
  const file = (name: string) => path.join(root, 'keys', name);

  it('is the same at every start, for several at once too, and one for each name', async () => {
    const keys = await Promise.all([1, 2, 3, 4].map(() => keptBuilderKey(folder, 'b')));
    expect(new Set([...keys, await keptBuilderKey(folder, 'b')]).size).toBe(1);
    expect(Buffer.from(keys[0]!, 'base64url')).toHaveLength(32);
    expect(await keptBuilderKey(folder, 'c')).not.toBe(keys[0]);
    expect((await readdir(path.dirname(file('b')))).toSorted()).toEqual(['b', 'c']);
  });

  it('is read by nobody but the user of the builder', async () => {
    await keptBuilderKey(folder, 'b');
    expect((await stat(file('b'))).mode & 0o777).toBe(0o600);
    expect((await stat(path.dirname(file('b')))).mode & 0o777).toBe(0o700);
  });

  it('is made anew where a crash has cut it', async () => {
    const key = await keptBuilderKey(folder, 'b');
    await writeFile(file('b'), key.slice(0, 10));
    const anew = await keptBuilderKey(folder, 'b');
    expect(anew).toHaveLength(43);
    expect(await readFile(file('b'), 'utf8')).toBe(anew);
  });

  it('is not invented where it cannot be kept', async () => {
    await writeFile(folder, 'no folder');
    await expect(keptBuilderKey(folder, 'b')).rejects.toThrow();
  });
});
