import { describe, expect, it } from 'vitest';
import { comparedName, median, usualTimes } from './usual-times.js';

describe('what is usual', () => {
  it('is the middle, or between the two in the middle', () => {
    expect([median([]), median([5]), median([9, 1, 2]), median([1, 2, 4, 100])]).toEqual([null, 5, 2, 3]);
  });

  it('is told by the instruction, wherever it stands in its file', () => {
    const ran = (name: string, ms: number, stage: string | null = 'deps') => ({ name, stage, platform: null, ms });
    const usual = usualTimes([
      ran('[deps 2/5] RUN npm ci', 10),
      ran('[deps 3/6] RUN npm ci', 30),
      ran('RUN npm ci', 99, 'x'),
    ]);
    expect(usual(ran('[deps 4/7] RUN npm ci', 0))).toBe(20);
    expect(usual(ran('RUN other', 0))).toBeNull();
  });

  it('R25A-4 is told by the beginning of an instruction, of which the name may be cut', () => {
    const script = `RUN ${'x'.repeat(300)}`;
    const ran = (name: string, ms = 0) => ({ name, stage: null, platform: null, ms });
    const usual = usualTimes([ran(`[12/12] ${script} and on`.slice(0, comparedName), 10)]);
    expect(usual(ran(`[2/3] ${script}${' else'.repeat(500_000)}`))).toBe(10);
    expect(usual(ran(`[2/3] RUN y${script}`))).toBeNull();
  });
});
