import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { encode } from '../proto/codec.js';
import { definedVertexes } from './definition.js';

const sha256 = (bytes: Uint8Array) => `sha256:${createHash('sha256').update(bytes).digest('hex')}`;

describe('a definition', () => {
  it('names its vertexes, with their inputs, groups and lines, and leaves out the pointer to the result', () => {
    const base = encode('Op', { inputs: [] });
    const run = encode('Op', { inputs: [{ digest: sha256(base) }] });
    const end = encode('Op', { inputs: [{ digest: sha256(run) }] });
    const definition = encode('Definition', {
      def: [base, run, end],
      metadata: {
        [sha256(run)]: {
          description: { 'llb.customname': '[2/2] RUN make' },
          progress_group: { id: 'group', name: 'n', weak: false },
        },
      },
      Source: {
        infos: [{ filename: 'other' }, { filename: 'Dockerfile' }],
        locations: {
          [sha256(run)]: {
            locations: [
              {
                sourceIndex: 1,
                ranges: [{ start: { line: 4 } }, { start: { line: 5 }, end: { line: 7 } }],
              },
            ],
          },
        },
      },
    });
    expect(definedVertexes(definition)).toEqual([
      { digest: sha256(base), name: null, inputs: [], progressGroup: null, lines: null, submodules: 'none' },
      {
        digest: sha256(run),
        name: '[2/2] RUN make',
        inputs: [sha256(base)],
        progressGroup: 'group',
        lines: { file: 'Dockerfile', startLine: 4, endLine: 7 },
        submodules: 'none',
      },
    ]);
  });

  it('of nothing has none', () => {
    expect(definedVertexes(new Uint8Array())).toEqual([]);
  });
});
