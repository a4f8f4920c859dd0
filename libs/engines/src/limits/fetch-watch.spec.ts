import { costRatio } from '@cooperage/testing';
import { describe, expect, it } from 'vitest';
import type { EngineEvent, StepState } from '../engine.js';
import { FetchWatch } from './fetch-watch.js';

const step = (id: string, isBase: boolean) =>
  ({ type: 'step', step: { id, isBase, ...(isBase && { fetches: 'image' }) } as StepState }) as const;
const layer = (stepId: string, id: string, current: number, total: number | null): EngineEvent => ({
  ...{ type: 'progress', stepId, id, name: 'downloading', current, total, done: false },
});

describe('R-C2 what a build fetches for its base images', () => {
  it('ends the build once it is known to be too much, each layer counted once', () => {
    const watch = new FetchWatch(100);
    watch.note(step('base', true));
    watch.note(step('other', true));
    for (const current of [0, 30, 60]) watch.note(layer('base', 'sha256:a', current, 60));
    watch.note(layer('other', 'sha256:a', 60, 60));
    watch.note(layer('other', 'sha256:b', 0, 40));
    expect(watch.signal.aborted).toBe(false);
    watch.note(layer('other', 'sha256:c', 0, 1));
    expect(watch.signal.reason).toMatchObject({ code: 'FetchLimit' });
  });

  it('R16C-5 costs the same for each event, however many layers there are', () => {
    const work = (layers: number) => () => {
      const watch = new FetchWatch();
      watch.note(step('base', true));
      for (let at = 0; at < layers; at++) watch.note(layer('base', `sha256:${at}`, 0, 1));
    };
    expect(costRatio(work(40_000), work(10_000), 8)).toBeLessThan(8);
  });

  it('counts what came where the size is not said', () => {
    const watch = new FetchWatch(100);
    watch.note(step('base', true));
    watch.note(layer('base', 'sha256:a', 101, null));
    expect(watch.signal.aborted).toBe(true);
  });

  it('counts what really comes where a registry says less', () => {
    const watch = new FetchWatch(100);
    watch.note(step('base', true));
    watch.note(layer('base', 'sha256:a', 101, 1));
    expect(watch.signal.aborted).toBe(true);
  });

  it('ends the build where it fetches from too many addresses, each counted once', () => {
    const watch = new FetchWatch(100, 2);
    const fetch = (id: string) =>
      watch.note({ type: 'step', step: { id, isBase: false, fetches: 'address' } as StepState });
    for (const id of ['a', 'b', 'a', 'b']) fetch(id);
    expect(watch.signal.aborted).toBe(false);
    fetch('c');
    expect(watch.signal.reason).toMatchObject({ code: 'FetchLimit', message: expect.stringContaining('ADD') });
  });

  it('is nothing that a step transfers, unpacks or pushes', () => {
    const watch = new FetchWatch(100);
    watch.note(step('base', true));
    watch.note(step('run', false));
    watch.note(layer('run', 'sha256:a', 200, 200));
    watch.note(layer('base', 'extracting sha256:a', 200, 200));
    watch.note(layer('unknown', 'sha256:b', 200, 200));
    expect(watch.signal.aborted).toBe(false);
  });
});
