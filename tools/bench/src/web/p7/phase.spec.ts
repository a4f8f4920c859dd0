import { describe, expect, it } from 'vitest';
import { Inexact } from '../../measure/inexact.js';
import { phase } from './phase.js';

describe('phase of a visit', () => {
  it('takes as long as its work', async () => {
    const ms = await phase('waiting', () => new Promise((done) => setTimeout(done, 30)));
    expect(ms).toBeGreaterThanOrEqual(29);
  });

  it('ends in time, and says which it was that did not', async () => {
    const never = phase('the last line', () => new Promise(() => {}), 20);
    await expect(never).rejects.toThrow(new Inexact('"the last line" did not end within 0.02 s'));
    const broken = phase('searching', () => Promise.reject(new Error('no such field')));
    await expect(broken).rejects.toThrow(new Inexact('"searching": no such field'));
  });
});
