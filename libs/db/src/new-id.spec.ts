import { describe, expect, it } from 'vitest';
import { idFloor, newId } from './new-id.js';

describe('idFloor', () => {
  it('is below what is made from then on, and above what was made before', () => {
    const before = new Date(Date.now() - 1);
    const id = newId();
    expect(idFloor(before) < id).toBe(true);
    expect(idFloor(new Date(Date.now() + 1_000)) > id).toBe(true);
  });

  it('is an id for every time', () => {
    for (const time of [new Date(0), new Date(-5), new Date('2026-11-24T10:00:00Z'), new Date('9999-12-31T00:00:00Z')])
      expect(idFloor(time)).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7000-8000-0{12}$/);
  });
});
