import { describe, expect, it } from 'vitest';
import { SolveFailure } from './failure.js';
import { refusalOfLint } from './lint-refusal.js';

const answer = (value: unknown) => refusalOfLint(Buffer.from(JSON.stringify(value)));

describe('what the frontend finds wrong with a Dockerfile, by its own check', () => {
  it('is its refusal, with the file and the lines', () => {
    const ranges = [{ start: { line: 7 }, end: { line: 8 } }];
    const refusal = answer({
      sources: [{ filename: 'base/Dockerfile' }],
      buildError: { message: 'unknown instruction: RUNN', location: { ranges } },
    });
    const failure = new SolveFailure(refusal!);
    expect(failure).toMatchObject({ message: 'unknown instruction: RUNN', inFrontend: true, vertex: null });
    expect(failure.lines).toEqual({ file: 'base/Dockerfile', startLine: 7, endLine: 8 });
  });

  it('is nothing where the check finds nothing, or was answered by something else', () => {
    for (const value of [{}, null, { sources: [] }, { buildError: null }]) expect(answer(value)).toBeNull();
    expect(refusalOfLint(undefined)).toBeNull();
    expect(refusalOfLint(Buffer.from('{'))).toBeNull();
  });
});
