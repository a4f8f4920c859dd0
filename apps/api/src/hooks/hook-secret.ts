import { randomBytes } from 'node:crypto';
import { type NewHookSecret, newId } from '@cooperage/db';
import { type SealingService, sealedSubject } from '../app/sealing.service.js';

const shownCharacters = 10;

/** `whsec_` and 32 random bytes in base64, as Standard Webhooks and GitLab write it; other forges take it as plain text. */
export function freshHookSecret(sealing: SealingService): { readonly secret: string; readonly row: NewHookSecret } {
  const id = newId();
  const secret = `whsec_${randomBytes(32).toString('base64')}`;
  const sealed = sealing.seal(secret, sealedSubject.hookSecret(id));
  return { secret, row: { id, sealed, prefix: secret.slice(0, shownCharacters) } };
}
