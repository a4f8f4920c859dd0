import { expect, it } from 'vitest';
import type { Database } from '../database.js';
import { BuildGroups } from './build-groups.js';
import { BuildLists } from './build-lists.js';

const organizations = ['a', 'b', 'c', 'd', 'e'];
const filter = { reader: { userId: 'ada', email: 'ada@example.org' } as never };

/** A database that answers each statement with one row, and says how many were under way at most. */
function busyDatabase() {
  const seen = { now: 0, most: 0, all: 0 };
  const $queryRaw = async () => {
    seen.all++;
    seen.most = Math.max(seen.most, ++seen.now);
    await new Promise(setImmediate);
    seen.now--;
    return [{ count: 1, newestId: '1' }];
  };
  return { seen, db: { prisma: { $queryRaw, build: { findMany: async () => [] } } } as unknown as Database };
}

it.each([
  ['a list', ({ db }) => new BuildLists(db).list(organizations, filter, { after: null, limit: 10 })],
  ['a count', ({ db }) => new BuildLists(db).count(organizations, filter)],
  ['a look whether any passes', ({ db }) => new BuildLists(db).any(organizations, filter)],
  ['groups', ({ db }) => new BuildGroups(db).list(organizations, 'commit', filter)],
] as [string, (of: { db: Database }) => Promise<unknown>][])(
  'V8-L7 asks for two organizations of a person at a time: %s',
  async (_, read) => {
    const { db, seen } = busyDatabase();
    await read({ db });
    expect(seen).toEqual({ now: 0, most: 2, all: organizations.length });
  },
);

it('V8-L7 counts the builds of all of them', async () => {
  expect(await new BuildLists(busyDatabase().db).count(organizations, filter)).toBe(5);
});
