import { syncStretchRatio } from '@cooperage/testing';
import { describe, expect, it } from 'vitest';
import { layFiles } from './image-files.js';
import type { LayerEntry } from './layer-entry.js';

const many = <T>(count: number, make: (at: number) => T): T[] => Array.from({ length: count }, (_, at) => make(at));
const file = (path: string): LayerEntry => ({ path, kind: 'file', sizeBytes: 1 });

describe('R3-N3 an image with very many files', () => {
  it('R3-N3 is not laid out where its paths name more folders than are kept', async () => {
    const deep = many(10_000, (at) => file(`${at}${'/a'.repeat(80)}`));
    await expect((async () => layFiles([deep]))()).rejects.toThrow('too many files and folders');
  });

  it('R3-N3 lets others in while it is laid out', async () => {
    // Few enough that the garbage collector, which stops all work, has little to do in a round.
    const folders = many(30_000, (at) => file(`folder-${at % 1_000}/file-${at}`));
    const work = async () => {
      const { changes } = await layFiles([folders, [{ path: '', kind: 'emptied', sizeBytes: 0 }]]);
      expect(changes.map(({ added, removed }) => [added, removed])).toEqual([
        [30_000, 0],
        [0, 31_000],
      ]);
    };
    expect(await syncStretchRatio(work)).toBeLessThan(5);
  });
});
