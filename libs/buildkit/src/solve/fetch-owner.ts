import { bytesField, fieldsOf, textOf } from '../proto/fields.js';
import type { OperationEdit } from './edit-definition.js';
import { entryFields, sourceField, sourceFields } from './git-source.js';

/** BuildKit passes over attributes that it does not know. */
const attribute = 'cooperage.owner';

/**
 * Keeps what a build fetches by its own credentials from others that fetch the same at that moment. BuildKit makes one fetch of equal
 * operations, with the credentials of any build that waits for it: one would read what only another may, or fail another by a wrong
 * token. What came is found by its content as before: the attribute is in the name of the operation alone, and in no key of a result.
 */
export function ownedBy(owner: string): OperationEdit {
  const entry = Buffer.concat([
    bytesField(entryFields.key, Buffer.from(attribute)),
    bytesField(entryFields.value, Buffer.from(owner)),
  ]);
  return (field, source) =>
    field === sourceField && isFetched(source) && !isOwned(source)
      ? Buffer.concat([source, bytesField(sourceFields.attrs, entry)])
      : null;
}

/** Those that take credentials from the secrets of a build. */
function isFetched(source: Uint8Array): boolean {
  return /^(git|https?):\/\//.test(textOf(source, sourceFields.identifier) ?? '');
}

/** What comes from an input of this Solve is already. */
function isOwned(source: Uint8Array): boolean {
  return fieldsOf(source).some(
    ({ id, value }) => id === sourceFields.attrs && value !== null && textOf(value, entryFields.key) === attribute,
  );
}
