import pg from 'pg';

/** @returns the server's version, undefined when it does not answer within three seconds. */
export async function postgresVersion(connectionString: string): Promise<string | undefined> {
  const client = new pg.Client({ connectionString, connectionTimeoutMillis: 3000 });
  try {
    await client.connect();
    const { rows } = await client.query<{ server_version: string }>('SHOW server_version');
    return rows[0]?.server_version;
  } catch {
    return undefined;
  } finally {
    await client.end().catch(() => {});
  }
}

export async function answersQueries(connectionString: string): Promise<boolean> {
  return (await postgresVersion(connectionString)) !== undefined;
}
