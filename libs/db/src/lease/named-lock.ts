import type { Queryable } from '../database.js';
import { losable } from '../losable.js';

type NamedLock = 'dispatch' | 'outbox';

/**
 * Holds the lock until the end of the transaction, and waits for whoever has it. It is a row that control alone may lock: an
 * advisory lock can be held by any role, for as long as it likes. A crash of the server may lose what the transaction writes.
 * @throws {Error} if the row of the lock is missing
 */
export async function holdLock(tx: Queryable, name: NamedLock): Promise<void> {
  const rows = await tx.$queryRaw<unknown[]>`SELECT 1 FROM named_lock WHERE name = ${name} AND ${losable} FOR UPDATE`;
  if (rows.length === 0) throw new Error(`the lock "${name}" is missing from the table named_lock`);
}
