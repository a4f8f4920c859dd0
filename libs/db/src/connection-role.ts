import type { Database } from './database.js';

/** What is wrong with the role by which a process connects, as one sentence for its operator. */
export class UnsafeDatabaseRole extends Error {
  override readonly name = 'UnsafeDatabaseRole';
}

/**
 * A superuser passes every grant: whoever broke into one process would read the keys, sessions and tokens of all.
 * @throws {UnsafeDatabaseRole} when `database` connects as one
 */
export async function refuseSuperuser(database: Database): Promise<void> {
  const [role] = await database.prisma.$queryRaw<{ name: string; isSuperuser: boolean }[]>`
    SELECT rolname AS name, rolsuper AS "isSuperuser" FROM pg_roles WHERE rolname = current_user`;
  if (!role?.isSuperuser) return;
  throw new UnsafeDatabaseRole(
    `The database role "${role.name}" is a superuser. Connect by the role that prisma/roles.sql makes for this process.`,
  );
}
