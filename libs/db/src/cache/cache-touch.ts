import { Prisma } from '../generated/client.js';

/** When an entry `e` was last of use: a build wrote it, or found steps with it. */
export const touchedAt = Prisma.sql`greatest(e.written_at, coalesce(e.used_at, e.written_at))`;

/** Whether the default branch of project `p` left entry `e`, which builds of every ref read; see `isReadByAll`. */
export const isReadByAll = Prisma.sql`(e.zone = 'protected' AND e.ref = 'refs/heads/' || coalesce(p.default_branch, ''))`;

/** Whether no build has written entry `e` or found steps with it in so many days; true for null. */
export function isUnused(days: number | null): Prisma.Sql {
  return days === null ? Prisma.sql`true` : Prisma.sql`${touchedAt} < now() - ${days}::int * interval '1 day'`;
}
