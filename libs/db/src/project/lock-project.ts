import type { Queryable } from '../database.js';

/**
 * Locks a project's row until the transaction ends, against others who lock or change it. Rows that refer to the project may come
 * meanwhile: a builder has rights to write some, and could hold off a stronger lock for as long as it likes.
 * @returns whether there is such a project
 */
export async function lockProject(tx: Queryable, projectId: string): Promise<boolean> {
  const rows = await tx.$queryRaw<unknown[]>`SELECT 1 FROM project WHERE id = ${projectId}::uuid FOR NO KEY UPDATE`;
  return rows.length > 0;
}
