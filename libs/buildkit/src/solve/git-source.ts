import { fieldsOf, textOf } from '../proto/fields.js';

/** Field numbers of `solver/pb/ops.proto`, and of an entry of a map. */
export const sourceField = 3;
export const sourceFields = { identifier: 1, attrs: 2 } as const;
export const entryFields = { key: 1, value: 2 } as const;
/** BuildKit knows it from 0.26 on at the latest, and then says that it has the capability. */
export const skipSubmodules = 'git.skipsubmodules';
export const skipSubmodulesCapability = 'source.git.skipsubmodules';

/** Whether an operation fetches a git repository with its submodules, as ADD does. */
export function asksForSubmodules(operation: Uint8Array): boolean {
  return fieldsOf(operation).some(({ id, value }) => id === sourceField && value !== null && fetchesSubmodules(value));
}

/** @param source what `sourceField` holds */
export function fetchesSubmodules(source: Uint8Array): boolean {
  if (!textOf(source, sourceFields.identifier)?.startsWith('git://')) return false;
  return !fieldsOf(source).some(({ id, value: entry }) => {
    if (id !== sourceFields.attrs || !entry) return false;
    return textOf(entry, entryFields.key) === skipSubmodules && textOf(entry, entryFields.value) === 'true';
  });
}
