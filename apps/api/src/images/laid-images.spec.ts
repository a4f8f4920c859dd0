import type { LayerEntry } from '@cooperage/oci';
import { describe, expect, it } from 'vitest';
import { LaidImages } from './laid-images.js';

const file = (path: string): LayerEntry => ({ path, kind: 'file', sizeBytes: 1 });

describe('images that are laid out', () => {
  it('R3-N3 are laid out once for all who ask at the same time, and kept', async () => {
    const images = new LaidImages();
    let loads = 0;
    const ask = () =>
      images.files('a', 'acme', async () => {
        loads++;
        return [[file('x')]];
      });
    const all = await Promise.all(Array.from({ length: 20 }, ask));
    expect(new Set([...all, await ask()]).size).toBe(1);
    expect(loads).toBe(1);
  });

  it('R3-N3 are kept by four, and the one that was asked for last stays', async () => {
    const images = new LaidImages();
    const loaded: string[] = [];
    const ask = (key: string) =>
      images.files(key, 'acme', async () => {
        loaded.push(key);
        return [[file(key)]];
      });
    for (const key of ['a', 'b', 'c', 'd', 'a', 'e', 'a', 'b']) await ask(key);
    expect(loaded).toEqual(['a', 'b', 'c', 'd', 'e', 'b']);
  });

  it('R3-N3 say where one has too much in it, without looking again', async () => {
    const images = new LaidImages();
    let loads = 0;
    const deep = Array.from({ length: 10_000 }, (_, at) => file(`${at}${'/a'.repeat(80)}`));
    const ask = () =>
      images.files('a', 'acme', async () => {
        loads++;
        return [deep];
      });
    expect([await ask(), await ask()]).toEqual(['too_many', 'too_many']);
    expect(loads).toBe(1);
  });

  it('are asked for again where entries were not there, or could not be read', async () => {
    const images = new LaidImages();
    expect(await images.files('a', 'acme', async () => null)).toBeNull();
    await expect(images.files('a', 'acme', () => Promise.reject(new Error('away')))).rejects.toThrow('away');
    expect(await images.files('a', 'acme', async () => [[file('x')]])).toMatchObject({ nodes: 4 });
  });
});
