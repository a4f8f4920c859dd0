import { createHash } from 'node:crypto';
import protobuf from 'protobufjs';
import { bytesField, type Field, fieldsOf, withFields } from '../proto/fields.js';
import { editDefinition, type OperationEdit } from './edit-definition.js';

/** Field numbers of `solver/pb/ops.proto`. */
const execField = 2;
const execFields = { meta: 1, mounts: 2, secretenv: 5 } as const;
const metaFields = { proxyEnv: 5, validExitCodes: 12 } as const;
const mountFields = { type: 6 } as const;
/** `MountType`: what they hold is in no key. */
const unkeyedMounts: readonly number[] = [1 /* SECRET */, 2 /* SSH */, 3 /* CACHE */];

/**
 * Puts a mark into the cache key of each step whose result depends on what BuildKit's key leaves out: the content of a cache
 * mount, the value of a secret, what an SSH agent opens, the address of a proxy (`CacheMap` in `solver/llbsolver/ops/exec.go`). Two
 * builds share the results of such steps only where their marks are equal. What is made upon those follows by itself: its key
 * holds theirs, or the content that it reads.
 *
 * The mark is one more exit code that counts as success. It is in the key, no process can have it, and a step does not see it.
 * @param encoded a definition; BuildKit from 0.17 on has this field
 * @returns the same bytes where there is no such step
 * @throws {RangeError|Error} when the bytes are no definition, or a step has exit codes of its own: its mark would not hold
 */
export function markSteps(encoded: Uint8Array, mark: string): Uint8Array {
  return editDefinition(encoded, [markOf(mark)]);
}

/** See `markSteps`. */
export function markOf(mark: string): OperationEdit {
  const exitCodes = exitCodesOf(mark);
  return (field, value) => (field === execField ? markedExec(value, exitCodes) : null);
}

/** Success is 0 as before. No process ends with a number above 255. */
function exitCodesOf(mark: string): Uint8Array {
  const number = createHash('sha256').update(mark).digest().readUInt32BE() % 2 ** 30;
  return protobuf.Writer.create()
    .uint32(0)
    .uint32(2 ** 30 + number)
    .finish();
}

function markedExec(exec: Uint8Array, exitCodes: Uint8Array): Uint8Array | null {
  if (!dependsOnMore(fieldsOf(exec))) return null;
  const after = withFields(exec, (id, meta) => (id === execFields.meta ? markedMeta(meta, exitCodes) : null));
  return after === exec ? null : after;
}

function dependsOnMore(exec: readonly Field[]): boolean {
  return exec.some(({ id, value }) => {
    if (id === execFields.secretenv) return true;
    if (value === null || (id !== execFields.mounts && id !== execFields.meta)) return false;
    const fields = fieldsOf(value);
    return id === execFields.meta
      ? fields.some((field) => field.id === metaFields.proxyEnv)
      : fields.some((field) => field.id === mountFields.type && unkeyedMounts.includes(field.number ?? 0));
  });
}

/** What comes from an input of this Solve is marked already. */
function markedMeta(meta: Uint8Array, exitCodes: Uint8Array): Uint8Array | null {
  const own = fieldsOf(meta).filter(({ id }) => id === metaFields.validExitCodes);
  if (own.length === 0) return Buffer.concat([meta, bytesField(metaFields.validExitCodes, exitCodes)]);
  if (own.length === 1 && own[0]!.value && Buffer.compare(own[0]!.value, exitCodes) === 0) return null;
  throw new Error('a step of the definition has exit codes of its own');
}
