import { bytesField } from '../proto/fields.js';
import type { OperationEdit } from './edit-definition.js';
import { entryFields, fetchesSubmodules, skipSubmodules, sourceField, sourceFields } from './git-source.js';

/**
 * Leaves the submodules of git repositories out. BuildKit keeps one repository for each address, for all builds. The submodules of
 * the first commit that is checked out are written into its settings, and decide for all later ones: who can put a commit there
 * (with many hosts, whoever has a fork) takes submodules away from other builds, or gives them a server that never answers. Git fetches
 * them outside of the rules for ADD, and by SSH with the keys of the engine's user.
 */
export const withoutSubmodules: OperationEdit = (field, source) => {
  if (field !== sourceField || !fetchesSubmodules(source)) return null;
  const entry = Buffer.concat([
    bytesField(entryFields.key, Buffer.from(skipSubmodules)),
    bytesField(entryFields.value, Buffer.from('true')),
  ]);
  // Of two entries with one key the last one counts.
  return Buffer.concat([source, bytesField(sourceFields.attrs, entry)]);
};
