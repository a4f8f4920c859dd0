import { describe, expect, it } from 'vitest';
import { waitWords } from './wait-words';

describe('why a build waits', () => {
  it('is said in words, and by its code where there are none yet', () => {
    expect(`waits ${waitWords('no_free_slot')}`).toBe('waits for a free slot');
    expect(waitWords('moon_phase')).toBe('for: moon_phase');
  });
});
