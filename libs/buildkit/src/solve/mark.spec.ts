import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { encode } from '../proto/codec.js';
import { bytesField, fieldsOf } from '../proto/fields.js';
import { definedVertexes } from './definition.js';
import { markSteps } from './mark.js';

const sha256 = (bytes: Uint8Array) => `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
const message = (...fields: [id: number, value: Uint8Array | string][]) =>
  Buffer.concat(fields.map(([id, value]) => bytesField(id, Buffer.from(value))));

/** Of `solver/pb/ops.proto`, by the numbers that stand there. */
const mount = (type: number, more: [number, string][] = []) =>
  Buffer.concat([message([3, '/m']), type === 0 ? Buffer.of() : Buffer.of(6 << 3, type), message(...more)]);
const root = message([3, '/']);
interface Step {
  readonly mounts?: readonly Uint8Array[];
  readonly meta?: [number, string][];
  readonly exec?: [number, string][];
}
const step = (input: Uint8Array, { mounts = [], meta = [], exec = [] }: Step) =>
  Buffer.concat([
    encode('Op', { inputs: [{ digest: sha256(input) }] }),
    message(
      [2, message([1, message([1, 'make'], ...meta)], ...mountFields([root, ...mounts]), ...exec)],
      [10, 'a platform'],
    ),
  ]);
const mountFields = (mounts: readonly Uint8Array[]) => mounts.map((each): [number, Uint8Array] => [2, each]);

const base = message([3, message([1, 'docker-image://busybox'])]);
const end = (last: Uint8Array) => encode('Op', { inputs: [{ digest: sha256(last) }] });
const lines = (line: number) => ({ locations: [{ sourceIndex: 0, ranges: [{ start: { line } }] }] });

/** Each with its place as its name and its line. */
function definition(...operations: Uint8Array[]): Uint8Array {
  const named = operations.map((operation, at) => [sha256(operation), at] as const);
  return encode('Definition', {
    def: [...operations, end(operations.at(-1)!)],
    metadata: Object.fromEntries(
      named.map(([digest, at]) => [digest, { description: { 'llb.customname': `step ${at}` }, progress_group: null }]),
    ),
    Source: {
      infos: [{ filename: 'Dockerfile' }],
      locations: Object.fromEntries(named.map(([digest, at]) => [digest, lines(at + 1)])),
    },
  });
}
const operationsOf = (encoded: Uint8Array) =>
  fieldsOf(encoded).flatMap(({ id, value }) => (id === 1 && value ? [value] : []));
const digestsOf = (encoded: Uint8Array) => definedVertexes(encoded).map(({ digest }) => digest);

describe('R2-N5 the mark of a zone', () => {
  it.each<[string, Step]>([
    ['a cache mount', { mounts: [mount(3)] }],
    ['a cache mount behind others', { mounts: [mount(0), mount(4), mount(3)] }],
    ['a secret in a file', { mounts: [mount(1)] }],
    ['an SSH agent', { mounts: [mount(2)] }],
    ['a secret in a variable', { exec: [[5, 'a secret']] }],
    ['a proxy', { meta: [[5, 'a proxy']] }],
  ])('is in a step with %s, and so in the names of all that are made upon it', (_, what) => {
    const marked = step(base, what);
    const upon = step(marked, {});
    const beside = step(base, { mounts: [mount(0)] });
    const asked = definition(base, beside, marked, upon);
    const [own, other] = [markSteps(asked, 'branch'), markSteps(asked, 'protected')];
    const before = digestsOf(asked);
    for (const after of [own, other]) {
      expect(digestsOf(after).slice(0, 2)).toEqual(before.slice(0, 2));
      expect(before).not.toContain(digestsOf(after)[2]);
      expect(before).not.toContain(digestsOf(after)[3]);
    }
    expect(digestsOf(own)[2]).not.toBe(digestsOf(other)[2]);
    expect(digestsOf(own)[3]).not.toBe(digestsOf(other)[3]);
  });

  it('is not in steps whose results their keys tell', () => {
    const tmpfs = step(base, { mounts: [mount(0), mount(4)] });
    const plain = step(tmpfs, {
      meta: [
        [2, 'A=1'],
        [10, '/group'],
      ],
      exec: [],
    });
    const asked = definition(base, tmpfs, plain);
    expect(markSteps(asked, 'branch')).toBe(asked);
    expect(markSteps(new Uint8Array(), 'branch')).toEqual(new Uint8Array());
  });

  it('leaves success what it was, and everything else as it stood', () => {
    const marked = step(base, { mounts: [mount(3, [[20, 'cache options']])], meta: [[99, 'of a later version']] });
    const after = operationsOf(markSteps(definition(base, marked), 'branch'))[1]!;
    const meta = (operation: Uint8Array) => fieldsOf(fieldsOf(fieldsOf(operation)[1]!.value!)[0]!.value!);
    expect(meta(after).slice(0, -1)).toEqual(meta(marked));
    const codes = meta(after).at(-1)!;
    expect(codes.id).toBe(12);
    const [success, ...rest] = codes.value!;
    expect(success).toBe(0);
    // A varint of more than four bytes: far above what a process can end with.
    expect(rest).toHaveLength(5);
    const withoutMeta = (operation: Uint8Array) => fieldsOf(fieldsOf(operation)[1]!.value!).slice(1);
    expect(withoutMeta(after)).toEqual(withoutMeta(marked));
    expect(fieldsOf(after)[2]).toEqual(fieldsOf(marked)[2]);
  });

  it('takes names, lines and the pointer to the result along', () => {
    const marked = step(base, { mounts: [mount(3)] });
    const upon = step(marked, {});
    const after = markSteps(definition(base, marked, upon), 'branch');
    const told = definedVertexes(after);
    expect(told.map(({ name, lines }) => [name, lines?.startLine])).toEqual([
      ['step 0', 1],
      ['step 1', 2],
      ['step 2', 3],
    ]);
    expect(told[2]!.inputs).toEqual([told[1]!.digest]);
    expect(operationsOf(after).at(-1)).toEqual(Buffer.from(end(operationsOf(after)[2]!)));
  });

  it('stands once, also where a graph comes with the marked one of another target', () => {
    const once = markSteps(definition(base, step(base, { mounts: [mount(3)] })), 'branch');
    expect(markSteps(once, 'branch')).toBe(once);
    expect(() => markSteps(once, 'protected')).toThrow('exit codes of its own');
  });

  it('is refused where it would not hold', () => {
    const marked = step(base, { mounts: [mount(3)] });
    const own = step(base, { mounts: [mount(3)], meta: [[12, '\u0001']] });
    expect(() => markSteps(definition(base, own), 'branch')).toThrow('exit codes of its own');
    expect(() => markSteps(definition(step(marked, {}), marked), 'branch')).toThrow('not in order');
  });
});
