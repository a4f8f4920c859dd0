import { describe, expect, it } from 'vitest';
import { type PlaceableWorker, placeBuild } from './placement.js';

const workers = (count: number, free = 1): PlaceableWorker[] =>
  Array.from({ length: count }, (_, index) => ({ name: `builder-${index}`, free }));
const projects = Array.from({ length: 2_000 }, (_, index) => `project-${index}`);

describe('the place of a build', () => {
  it('is the same worker each time, whatever the order in which workers are named', () => {
    for (const project of projects.slice(0, 50))
      expect(placeBuild(project, workers(5))).toEqual(placeBuild(project, workers(5).reverse()));
    expect(placeBuild('p', workers(5))).toMatchObject({ usual: true });
  });

  it('spreads projects evenly', () => {
    const counts = new Map<string, number>();
    for (const project of projects) {
      const { worker } = placeBuild(project, workers(4))!;
      counts.set(worker, (counts.get(worker) ?? 0) + 1);
    }
    for (const count of counts.values()) expect(Math.abs(count - 500)).toBeLessThan(100);
  });

  it('moves only the projects of a worker that is gone', () => {
    const left = workers(5).filter(({ name }) => name !== 'builder-2');
    for (const project of projects) {
      const before = placeBuild(project, workers(5))!.worker;
      if (before !== 'builder-2') expect(placeBuild(project, left)?.worker).toBe(before);
    }
  });

  it('is another worker while the usual one is full, which is said, and none where all are', () => {
    const usual = placeBuild('p', workers(3))!.worker;
    const busy = workers(3).map((worker) => (worker.name === usual ? { ...worker, free: 0 } : worker));
    const other = placeBuild('p', busy)!;
    expect(other).toMatchObject({ usual: false });
    expect(other.worker).not.toBe(usual);
    expect(placeBuild('p', workers(3, 0))).toBeNull();
    expect(placeBuild('p', [])).toBeNull();
  });

  it('is not the worker that did not take it', () => {
    const usual = placeBuild('p', workers(3))!.worker;
    expect(placeBuild('p', workers(3), usual)?.worker).not.toBe(usual);
    expect(placeBuild('p', [{ name: usual, free: 3 }], usual)).toBeNull();
  });
});
