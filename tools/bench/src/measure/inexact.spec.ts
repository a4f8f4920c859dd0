import { describe, expect, it } from 'vitest';
import { demand, Inexact } from './inexact.js';

describe('exactness', () => {
  it('throws on one that is lost', () => {
    expect(() => demand(false, 'line 7 is missing')).toThrow(Inexact);
    expect(() => demand(true, 'nothing')).not.toThrow();
  });
});
