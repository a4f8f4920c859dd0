import { describe, expect, it } from 'vitest';
import { ageProblem } from './oldest-engine.js';

describe('R2-N5 an engine that would not keep zones apart', () => {
  it.each([
    [{ version: 'v0.16.0', dockerVersion: null }, 'BuildKit 0.17 or later is needed, and this is v0.16.0'],
    [{ version: '0.9.3+dirty', dockerVersion: null }, 'BuildKit 0.17 or later is needed, and this is 0.9.3+dirty'],
    [{ version: null, dockerVersion: '27.5.1' }, 'Docker 28 or later is needed, and this is 27.5.1'],
  ])('is %j: %s', (info, problem) => {
    expect(ageProblem(info)).toBe(problem);
  });

  it.each([
    { version: 'v0.17.0', dockerVersion: null },
    { version: 'v0.34.2', dockerVersion: '20.10.0' },
    { version: 'v1.0.0', dockerVersion: null },
    { version: null, dockerVersion: '28.5.2+dfsg4' },
    { version: null, dockerVersion: null },
  ])('is not %j', (info) => {
    expect(ageProblem(info)).toBeNull();
  });
});
