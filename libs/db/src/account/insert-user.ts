import type { Queryable } from '../database.js';
import { newId } from '../new-id.js';

export interface NewUser {
  readonly email: string;
  readonly name: string;
  /** As the sign-in library hashes it. */
  readonly passwordHash: string;
  /** Whether the person has shown that the mail address is theirs. Only then a provider's sign-in is linked as it is. */
  readonly emailVerified: boolean;
  /** Of the whole installation. */
  readonly administrator?: boolean;
}

/** A user who signs in with mail address and password, as better-auth stores one. */
export async function insertUser(tx: Queryable, userId: string, user: NewUser): Promise<string> {
  const email = user.email.toLowerCase();
  await tx.user.create({
    data: {
      ...{ id: userId, email, name: user.name, emailVerified: user.emailVerified },
      administrator: user.administrator ?? false,
    },
  });
  await tx.account.create({
    data: { id: newId(), accountId: userId, providerId: 'credential', userId, password: user.passwordHash },
  });
  return userId;
}
