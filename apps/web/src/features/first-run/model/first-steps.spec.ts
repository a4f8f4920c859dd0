import { describe, expect, it } from 'vitest';
import { openSteps } from './first-steps';

const green = Array.from({ length: 5 }, () => ({ state: 'ok' as const }));
const start = { checks: green, hasProject: false, hasSignedImage: false, dismissed: false };

describe('what is left of the set-up', () => {
  it('keeps what is done in the list until all is done', () => {
    expect(openSteps(start).map(({ id, done }) => [id, done])).toEqual([
      ['checks', true],
      ['project', false],
      ['image', false],
    ]);
    expect(openSteps({ ...start, hasProject: true, hasSignedImage: true })).toEqual([]);
  });

  it('counts a part that was never looked at as open', () => {
    const checks = [...green.slice(1), { state: 'unasked' as const }];
    const [first] = openSteps({ ...start, checks });
    expect(first).toMatchObject({ done: false, text: '4 of 5 parts of the installation were seen to work' });
  });

  it('stays away once it was put away', () => {
    expect(openSteps({ ...start, dismissed: true })).toEqual([]);
  });
});
