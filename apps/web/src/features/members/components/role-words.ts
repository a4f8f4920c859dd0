import type { Role } from '@cooperage/domain/predicates';

/** What each role may do, in a sentence. */
export const roleWords: Readonly<Record<Role, string>> = {
  owner: 'everything, and who is in here',
  admin: 'everything but owners',
  developer: 'starts, stops and changes builds and projects',
  viewer: 'reads',
};
