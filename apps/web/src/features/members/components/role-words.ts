import type { Role } from '@cooperage/domain/predicates';

/** What a role is for, in a few words; the matrix says it act by act. */
export const roleWords: Readonly<Record<Role, string>> = {
  owner: 'everything, and who is in here',
  admin: 'projects, secrets, keys and the audit',
  developer: 'builds and tags',
  viewer: 'reads',
};
