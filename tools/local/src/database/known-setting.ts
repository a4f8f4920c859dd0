import pg from 'pg';

interface Session {
  query(sql: string): Promise<unknown>;
}

/** SQLSTATE of a setting that this version of PostgreSQL does not have, and of one that has one value alone on this system. */
const notHere = new Set(['42704', '22023']);

/** Changes a setting of the session; one that the server cannot change stays as it is. */
export async function setWhereKnown(session: Session, name: string, value: number): Promise<void> {
  try {
    await session.query(`SET ${name} = ${value}`);
  } catch (error) {
    if (!(error instanceof pg.DatabaseError) || !notHere.has(error.code ?? '')) throw error;
  }
}
