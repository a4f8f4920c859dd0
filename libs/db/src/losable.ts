import { Prisma } from './generated/client.js';

/**
 * A condition that is always true. The transaction of a statement with it does not wait for the disk, so a crash of the
 * server, and nothing else, may lose it: for what is simply done again then (locks, heartbeats, handovers, notes). What is
 * lost is always the newest, never something that a later, kept change builds upon.
 */
export const losable = Prisma.sql`set_config('synchronous_commit', 'off', true) = 'off'`;
