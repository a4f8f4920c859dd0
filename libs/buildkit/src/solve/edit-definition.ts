import { withFields } from '../proto/fields.js';
import { sha256 } from './definition.js';

/** Field numbers of `solver/pb/ops.proto`. */
const definitionFields = { def: 1, metadata: 2, source: 3 } as const;
const sourceFields = { locations: 1 } as const;
const entryFields = { key: 1 } as const;
const inputsField = 1;
const inputFields = { digest: 1 } as const;

/** Changes one field of an operation (`Op` of `ops.proto`, never its inputs). Null leaves it as it is. */
export type OperationEdit = (field: number, value: Uint8Array) => Uint8Array | null;

/**
 * Changes operations of a definition. An operation is named by the digest of its bytes, so those that are made upon a changed one
 * are named anew, and with them what the definition says of each.
 * @returns the same bytes where nothing is changed
 * @throws {RangeError|Error} when the bytes are no definition, or an edit cannot be made
 */
export function editDefinition(encoded: Uint8Array, edits: readonly OperationEdit[]): Uint8Array {
  const renamed = new Map<string, string>();
  const seen = new Set<string>();
  const edited = withFields(encoded, (id, operation) => {
    if (id !== definitionFields.def) return null;
    const after = withFields(operation, (field, value) => {
      if (field === inputsField) return renamedInput(value, renamed, seen);
      const changed = edits.reduce((bytes, edit) => edit(field, bytes) ?? bytes, value);
      return changed === value ? null : changed;
    });
    const digest = sha256(operation);
    seen.add(digest);
    if (after === operation) return null;
    renamed.set(digest, sha256(after));
    return after;
  });
  if (renamed.size === 0) return encoded;
  return withFields(edited, (id, value) => {
    if (id === definitionFields.metadata) return renamedEntry(value, renamed);
    if (id !== definitionFields.source) return null;
    return withFields(value, (field, entry) =>
      field === sourceFields.locations ? renamedEntry(entry, renamed) : null,
    );
  });
}

function renamedInput(input: Uint8Array, renamed: ReadonlyMap<string, string>, seen: ReadonlySet<string>) {
  return withText(input, inputFields.digest, (digest) => {
    // An operation whose inputs come behind it would keep the names that they had before.
    if (!seen.has(digest)) throw new Error('the operations of the definition are not in order');
    return renamed.get(digest);
  });
}

/** An entry of a map whose keys are digests of operations. */
function renamedEntry(entry: Uint8Array, renamed: ReadonlyMap<string, string>): Uint8Array | null {
  return withText(entry, entryFields.key, (digest) => renamed.get(digest));
}

function withText(message: Uint8Array, id: number, change: (text: string) => string | undefined): Uint8Array | null {
  const after = withFields(message, (field, value) => {
    const text = field === id ? change(Buffer.from(value).toString()) : undefined;
    return text === undefined ? null : Buffer.from(text);
  });
  return after === message ? null : after;
}
