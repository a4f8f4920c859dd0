import { asDatabaseRole, type FreshDatabase, freshDatabase } from '@cooperage/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { refuseSuperuser, UnsafeDatabaseRole } from './connection-role.js';
import { Database } from './database.js';

describe('the role by which a process connects', () => {
  let fresh: FreshDatabase;
  beforeAll(async () => {
    fresh = await freshDatabase();
  });
  afterAll(() => fresh.drop());

  const refusal = async (url: string) => {
    const database = new Database({ url, poolSize: 1, applicationName: 'spec' });
    return refuseSuperuser(database)
      .catch((error: unknown) => error)
      .finally(() => database.close());
  };

  it('S-123 is refused where it is a superuser, with one line that says what to do', async () => {
    const error = await refusal(fresh.url);
    expect(error).toBeInstanceOf(UnsafeDatabaseRole);
    expect((error as Error).message).toMatch(/^The database role "\w+" is a superuser\. .*prisma\/roles\.sql/);
  });

  it.each(['api', 'control', 'builder', 'builder_untrusted'] as const)(
    'S-123 is fine for %s by the role that we make',
    async (role) => {
      expect(await refusal(asDatabaseRole(fresh.url, role))).toBeUndefined();
    },
  );
});
