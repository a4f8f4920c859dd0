import { type Database, isMigrated } from '@cooperage/db';
import type { Look } from './look.js';

/** Whether PostgreSQL answers with the tables of this version. */
export function lookAtDatabase(database: Database): Look {
  const { host } = new URL(database.url);
  return async () => {
    try {
      if (await isMigrated(database))
        return { code: 'ok', fact: `PostgreSQL at ${host} answers, and its tables are of this version.` };
      return { code: 'not_migrated', fact: `PostgreSQL at ${host} answers, and its tables are of another version.` };
    } catch {
      // The words of the driver name users and databases; the log has them.
      return { code: 'unreachable', fact: `PostgreSQL at ${host} does not answer.` };
    }
  };
}
