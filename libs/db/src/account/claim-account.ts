import { writeAudit } from '../audit/write-audit.js';
import type { Queryable } from '../database.js';
import type { Actor } from './actor.js';

/**
 * Gives an account to the owner of its mail address. Someone else may have made it with a link that was shown to them, so
 * everything that opens it ends: password, sessions, API tokens, links for a new password (docs/adr/0032).
 */
export async function claimAccount(
  tx: Queryable,
  user: { readonly id: string; readonly name: string },
  issuer: string,
  actor: Actor,
): Promise<void> {
  const userId = user.id;
  const passwords = await tx.account.deleteMany({ where: { userId, providerId: 'credential' } });
  const sessions = await tx.session.deleteMany({ where: { userId } });
  const tokens = await tx.apiToken.updateMany({ where: { userId, revokedAt: null }, data: { revokedAt: new Date() } });
  await tx.verification.deleteMany({ where: { value: userId } });
  await tx.user.update({ where: { id: userId }, data: { emailVerified: true, name: user.name } });
  const after = { by: issuer, passwords: passwords.count, sessions: sessions.count, tokens: tokens.count };
  const subject = { organizationId: null, subjectKind: 'user', subjectId: userId };
  await writeAudit(tx, actor, { ...subject, action: 'user.claim', after });
}
