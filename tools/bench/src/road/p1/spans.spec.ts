import { describe, expect, it } from 'vitest';
import type { SeenChange } from '../../world/build-watch.js';
import { spansOf } from './spans.js';

const change = (atMs: number, status: string, phase: string | null): SeenChange => ({
  ...{ buildId: 'b', projectId: 'p', organizationId: 'o', number: 1, version: 1, attempt: 1 },
  status,
  phase,
  atMs,
});

describe('the parts of a road', () => {
  it('lie between announcements; a second one of the same phase is its end', () => {
    const spans = spansOf({ postedAtMs: 0, acceptedAtMs: 5 }, [
      change(30, 'queued', null),
      change(40, 'running', 'fetch'),
      change(60, 'running', 'push'),
      change(90, 'running', 'push'),
      change(100, 'running', 'inspect'),
      change(120, 'succeeded', null),
    ]);
    expect(spans.map(({ name, ms }) => [name, ms])).toEqual([
      ['intake: POST to 202', 5],
      ['control: evaluate (refs, fetch, rules)', 25],
      ['dispatch, queue, claim', 10],
      ['builder: source, request', 20],
      ['builder: push, record, steps, log', 30],
      ['control: take, load', 10],
      ['control: inspect and mount', 20],
    ]);
    expect(spans.reduce((sum, { ms }) => sum + ms, 0)).toBe(120);
  });

  it('are none without an announcement', () => {
    expect(spansOf({ postedAtMs: 0, acceptedAtMs: 5 }, [])).toEqual([]);
  });
});
