import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { encode } from '../proto/codec.js';
import { bytesField, fieldsOf, textOf } from '../proto/fields.js';
import type { Call } from '../wire/call.js';
import type { Line } from '../wire/connection.js';
import { Bridge, type OnGraph } from './bridge.js';
import { definedVertexes } from './definition.js';
import { editDefinition } from './edit-definition.js';
import { withoutSubmodules } from './skip-submodules.js';

const sha256 = (bytes: Uint8Array) => `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
const message = (...fields: [id: number, value: Uint8Array | string][]) =>
  Buffer.concat(fields.map(([id, value]) => bytesField(id, Buffer.from(value))));

/** Of `solver/pb/ops.proto`, by the numbers that stand there. */
const source = (identifier: string, attrs: Record<string, string> = {}) =>
  message([
    3,
    message(
      [1, identifier],
      ...Object.entries(attrs).map(([key, value]): [number, Uint8Array] => [2, message([1, key], [2, value])]),
    ),
  ]);
const copy = (input: Uint8Array) =>
  Buffer.concat([encode('Op', { inputs: [{ digest: sha256(input) }] }), message([4, 'a file operation'])]);
const definition = (...operations: Uint8Array[]) =>
  encode('Definition', {
    def: [...operations, encode('Op', { inputs: [{ digest: sha256(operations.at(-1)!) }] })],
    metadata: {},
  });
const edit = (encoded: Uint8Array) => editDefinition(encoded, [withoutSubmodules]);
const operationsOf = (encoded: Uint8Array) =>
  fieldsOf(encoded).flatMap(({ id, value }) => (id === 1 && value ? [value] : []));
/** As a map: of two entries with one key the last one counts. */
const attrsOf = (operation: Uint8Array) =>
  new Map(
    fieldsOf(fieldsOf(operation)[0]!.value!)
      .filter(({ id }) => id === 2)
      .map(({ value }) => [textOf(value!, 1), textOf(value!, 2)]),
  );

describe('R13A-1 R13A-2 R13A-5 submodules of what ADD fetches from git', () => {
  it('are left out, and what is made upon it is named anew', () => {
    const git = source('git://github.com/org/lib.git#v1', { 'git.fullurl': 'https://github.com/org/lib.git' });
    const asked = definition(git, copy(git));
    const after = edit(asked);
    const [first, second] = operationsOf(after);
    expect(Object.fromEntries(attrsOf(first!))).toEqual({
      'git.fullurl': 'https://github.com/org/lib.git',
      'git.skipsubmodules': 'true',
    });
    expect(definedVertexes(after)[1]!.inputs).toEqual([sha256(first!)]);
    expect(Buffer.compare(second!, copy(git))).not.toBe(0);
    expect([asked, after].map((each) => definedVertexes(each)[0]!.submodules)).toEqual(['fetched', 'none']);
    expect(edit(after)).toBe(after);
  });

  it('are left out where a definition asks for them in so many words', () => {
    const asked = definition(source('git://github.com/org/lib.git', { 'git.skipsubmodules': 'false' }));
    expect(attrsOf(operationsOf(edit(asked))[0]!).get('git.skipsubmodules')).toBe('true');
  });

  it('change nothing of other sources', () => {
    for (const identifier of [
      'docker-image://docker.io/library/busybox',
      'https://example.org/git://x',
      'local://context',
    ]) {
      const asked = definition(source(identifier));
      expect(edit(asked)).toBe(asked);
    }
    const without = definition(source('git://github.com/org/lib.git', { 'git.skipsubmodules': 'true' }));
    expect(edit(without)).toBe(without);
    expect(definedVertexes(without)[0]!.submodules).toBe('none');
  });

  it.each([
    ['leftOut', [{ ID: 'source.git.skipsubmodules', Enabled: true }]],
    ['fetched', [{ ID: 'source.git.skipsubmodules', Enabled: false }]],
    ['fetched', [{ ID: 'source.git.httpauth', Enabled: true }]],
  ])('V13A-3 are said to be %s by an engine that says that it is able to do %j', async (submodules, LLBCaps) => {
    const git = source('git://github.com/org/lib.git#v1');
    const result = { ref: { id: 'asked', def: definition(git, copy(git)) }, metadata: {} };
    const called: string[] = [];
    const answers: Record<string, unknown> = { Solve: { result }, Ping: { LLBCaps }, Return: {} };
    const start: Line['start'] = ({ path }, _request, onMessage) => {
      const name = path.split('/').at(-1)!;
      called.push(name);
      onMessage(answers[name] as never);
      return { done: Promise.resolve() } as Call;
    };
    const bridge = new Bridge({ line: async () => ({ start, close: () => undefined }) }, 'reference');
    const told: string[] = [];
    const onGraph: OnGraph = (_key, vertexes) => told.push(...vertexes.map((vertex) => vertex.submodules));
    await bridge.run({ last: { frontendAttrs: {} }, inputs: [], mark: null, fetchOwner: null, onGraph });
    expect(told).toEqual([submodules, 'none']);
    // The second time with the attribute: an engine that knows it follows it.
    expect(called).toEqual(['Solve', 'Solve', 'Ping', 'Return']);
  });
});
