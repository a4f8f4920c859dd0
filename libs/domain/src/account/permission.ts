import { type Role, roleCovers, roles } from './role.js';

/**
 * What a member may do, and the weakest role that may. The one table: the API refuses by it, and the page of members shows
 * it. `words` are what the act is for a person, one line of that page.
 */
export const permissions = {
  see: { role: 'viewer', words: 'See projects, builds, logs, images, keys and deliveries' },
  'token.own': { role: 'viewer', words: 'Make tokens that do no more than oneself, and leave' },
  'build.run': { role: 'developer', words: 'Start, stop and retry builds, and replay deliveries' },
  'build.fork': {
    role: 'admin',
    words: 'Start builds of strangers’ code, apart from all others, without secrets and tags',
  },
  'image.verify': { role: 'developer', words: 'Have images verified again' },
  'tag.move': { role: 'developer', words: 'Point a tag to another image by hand, forward only' },
  'project.change': { role: 'admin', words: 'Make, change and delete projects and their rules' },
  'cache.reset': { role: 'admin', words: 'Reset caches of projects' },
  'cache.prune': { role: 'admin', words: 'Delete single caches of projects by a rule' },
  'retention.change': { role: 'admin', words: 'Set how long builds, logs and deliveries are kept, and undo deletions' },
  'image.delete': {
    role: 'admin',
    words: 'Delete images with their tags and signatures, and free tags of deleted images',
  },
  'secret.change': { role: 'admin', words: 'Set secrets, credentials and webhook secrets, never read them' },
  'key.change': { role: 'admin', words: 'Rotate and revoke signing keys' },
  'audit.read': { role: 'admin', words: 'Read the audit of the organization' },
  'member.manage': { role: 'owner', words: 'Invite and remove members, change roles, help with a lost password' },
  'organization.rename': { role: 'owner', words: 'Rename the organization, and set the cache budget of its projects' },
} as const satisfies Readonly<Record<string, { readonly role: Role; readonly words: string }>>;

export type Permission = keyof typeof permissions;

/** What a start needs that builds in `zone`: the first one, a replay of it, and a retry of its build. Null: the ref decides the zone. */
export function startPermission(zone: string | null): Permission {
  return zone === 'fork' ? 'build.fork' : 'build.run';
}

export function neededRole(permission: Permission): Role {
  return permissions[permission].role;
}

export function mayDo(role: Role, permission: Permission): boolean {
  return roleCovers(role, neededRole(permission));
}

/** The table as people read it: each act, and whether each role may. Roles are in the order of `roles`. */
export function permissionMatrix(): readonly { readonly words: string; readonly may: readonly boolean[] }[] {
  return (Object.keys(permissions) as Permission[]).map((permission) => ({
    words: permissions[permission].words,
    may: roles.map((role) => mayDo(role, permission)),
  }));
}
