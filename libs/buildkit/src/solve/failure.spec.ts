import { describe, expect, it } from 'vitest';
import { RpcError } from '../wire/errors.js';
import { SolveFailure } from './failure.js';

const failure = (...details: { type: string; value: unknown }[]) =>
  new SolveFailure(new RpcError('Solve', 2, 'no', details));

describe('the failure of a Solve', () => {
  it('reads lines, vertex and exit code from the typed details', () => {
    const ranges = [
      { start: { line: 3 }, end: { line: 3 } },
      { start: { line: 4 }, end: { line: 5 } },
    ];
    expect(
      failure(
        { type: 'errdefs.Source+json', value: { info: { filename: 'Dockerfile' }, ranges } },
        { type: 'errdefs.Vertex+json', value: { digest: 'sha256:a' } },
        { type: 'gatewayapi.ExitMessage+json', value: { Code: 7 } },
      ),
    ).toMatchObject({
      lines: { file: 'Dockerfile', startLine: 3, endLine: 5 },
      vertex: 'sha256:a',
      exitCode: 7,
      inFrontend: false,
    });
  });

  it.each([[{}], [null], ['text'], [{ info: {}, ranges: 'no' }], [{ info: { filename: 1 }, ranges: [{}] }]])(
    'makes nothing up from %j',
    (value) => {
      const details = ['errdefs.Source+json', 'errdefs.Vertex+json', 'gatewayapi.ExitMessage+json'].map((type) => ({
        type,
        value,
      }));
      expect(failure(...details)).toMatchObject({ lines: null, vertex: null, exitCode: null });
    },
  );
});
