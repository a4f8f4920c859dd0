/** Roles of a member, strongest first. Each may do what the ones behind it may. */
export const roles = ['owner', 'admin', 'developer', 'viewer'] as const;
export type Role = (typeof roles)[number];

export function isRole(value: string): value is Role {
  return (roles as readonly string[]).includes(value);
}

/** Whether `role` may do what `needed` may. */
export function roleCovers(role: Role, needed: Role): boolean {
  return roles.indexOf(role) <= roles.indexOf(needed);
}

/** The weaker of two roles: a token never does more than the member who made it. */
export function weakerRole(left: Role, right: Role): Role {
  return roleCovers(left, right) ? right : left;
}
