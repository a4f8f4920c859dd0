import { describe, expect, it } from 'vitest';
import { coldCache } from './warmth.js';

const facts = { stands: false, epoch: 0, deleted: false, underWay: null };
const registry = { backend: 'registry', mode: 'max' };

describe('a cold cache', () => {
  it('says why nothing stands, and which build will leave something', () => {
    expect(coldCache(facts, registry)).toEqual({ why: 'never', underWay: null });
    expect(coldCache({ ...facts, epoch: 2, underWay: 7 }, registry)).toEqual({ why: 'reset', underWay: 7 });
    expect(coldCache({ ...facts, epoch: 2, deleted: true }, registry)).toEqual({ why: 'deleted', underWay: null });
  });

  it('is none where one stands, or where none is to be left', () => {
    expect(coldCache({ ...facts, stands: true }, registry)).toBeNull();
    expect(coldCache(facts, { ...registry, backend: 'inline' })).toBeNull();
    expect(coldCache(facts, { ...registry, mode: 'none' })).toBeNull();
  });
});
