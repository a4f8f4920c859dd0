import { describe, expect, it } from 'vitest';
import { treemap } from './treemap';

const items = (...sizes: number[]) => sizes.map((size, at) => ({ id: `${at}`, size }));

describe('a treemap', () => {
  it('fills the whole area, each tile by its size', () => {
    const tiles = treemap(items(6, 6, 4, 3, 2, 2, 1), 600, 400);
    const areas = new Map(tiles.map(({ id, width, height }) => [id, width * height]));
    expect([...areas.values()].reduce((sum, area) => sum + area, 0)).toBeCloseTo(240_000);
    expect(areas.get('0')! / areas.get('6')!).toBeCloseTo(6);
    for (const { x, y, width, height } of tiles) {
      expect(Math.min(x, y, 600.001 - x - width, 400.001 - y - height)).toBeGreaterThanOrEqual(0);
    }
  });

  it('lays no tile over another, and none is a thread', () => {
    const tiles = treemap(items(6, 6, 4, 3, 2, 2, 1), 600, 400);
    for (const a of tiles)
      for (const b of tiles) {
        if (a.id === b.id) continue;
        const apartX = a.x + a.width <= b.x + 0.001 || b.x + b.width <= a.x + 0.001;
        const apartY = a.y + a.height <= b.y + 0.001 || b.y + b.height <= a.y + 0.001;
        expect(apartX || apartY).toBe(true);
      }
    for (const { width, height } of tiles) expect(Math.max(width / height, height / width)).toBeLessThan(4);
  });

  it('leaves out what is empty', () => {
    expect(treemap(items(0, 0), 10, 10)).toEqual([]);
    expect(treemap(items(0, 5), 10, 10)).toEqual([{ id: '1', x: 0, y: 0, width: 10, height: 10 }]);
    expect(treemap([], 10, 10)).toEqual([]);
  });
});
