import { describe, expect, it } from 'vitest';
import { firstDifference } from './first-difference.js';
import type { KeyedStep } from './step-keys.js';

/** A step that starts from an image, of which only that is told. */
const startingFrom = (image: string, base: string) =>
  ({
    plan: { keyword: 'copy', settings: new Map(), variables: new Map(), reads: {} },
    parents: [{ plan: { keyword: 'from', image }, base, key: base, outcome: null }],
    ...{ images: new Map(), takes: new Map(), files: null, target: null },
  }) as unknown as KeyedStep;

describe('the first difference of a step', () => {
  it('is the base where the same image came to something else', () => {
    expect(firstDifference(startingFrom('debian', 'new'), startingFrom('debian', 'old'))).toEqual({
      ...{ kind: 'base', image: 'debian', before: 'old', after: 'new' },
    });
  });

  it('is no base where two different images stand at one place, as behind a target of which nothing is recorded', () => {
    expect(firstDifference(startingFrom('debian', 'new'), startingFrom('busybox', 'old'))).toMatchObject({
      kind: 'unknown',
    });
  });
});
