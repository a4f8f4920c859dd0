import { prismaAdapter } from 'better-auth/adapters/prisma';
import type { Database } from '../database.js';

/** Where better-auth keeps people, passwords and sessions. Opaque: it goes into better-auth's options as it is. */
export type SignInStorage = ReturnType<typeof prismaAdapter>;

export function signInStorage(db: Database): SignInStorage {
  return prismaAdapter(db.prisma, { provider: 'postgresql' });
}
