import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { WritePace } from './write-pace.js';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

const mebibyte = 1_048_576;

function paced({ hasNeighbours = true } = {}) {
  const told: boolean[] = [];
  let written = 7 * mebibyte;
  const pace = new WritePace({
    hold: (_by, held) => told.push(held),
    hasNeighbours: () => hasNeighbours,
    writtenBytes: () => written,
  });
  const write = (mebibytes: number) => {
    written += mebibytes * mebibyte;
    vi.advanceTimersByTime(50);
  };
  return { pace, told, write };
}

describe('the pace of writes (S-041)', () => {
  it('holds a build back beside others that brings more than its share to the disk, until that is paid with time', () => {
    const { pace, told, write } = paced();
    write(200);
    expect(told).toEqual([]);
    write(100);
    expect(told).toEqual([true]);
    vi.advanceTimersByTime(2_800);
    expect(told).toEqual([true]);
    vi.advanceTimersByTime(200);
    expect(told).toEqual([true, false]);
    pace.stop();
  });

  it('lets a build be that nobody is beside, and one that writes at its pace', () => {
    const alone = paced({ hasNeighbours: false });
    for (let i = 0; i < 50; i++) alone.write(100);
    const steady = paced();
    for (let i = 0; i < 200; i++) steady.write(5);
    expect([...alone.told, ...steady.told]).toEqual([]);
    alone.pace.stop();
    steady.pace.stop();
  });

  it('starts again with each step, whose count is gone with it', () => {
    const { pace, told, write } = paced();
    for (let i = 0; i < 40; i++) write(i % 2 === 0 ? 4 : -4);
    expect(told).toEqual([]);
    pace.stop();
  });

  it('leaves nobody held', () => {
    const { pace, told, write } = paced();
    write(1_000);
    pace.stop();
    expect(told).toEqual([true, false]);
    expect(vi.getTimerCount()).toBe(0);
    new WritePace(undefined).stop();
  });
});
