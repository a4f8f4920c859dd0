import type { Secret } from '@cooperage/config';
import { type MasterKeys, masterKey } from '@cooperage/domain';

/** The configured list as keys for sealed boxes; configuration refuses an empty one. */
export function masterKeys(secrets: readonly Secret<Uint8Array>[]): MasterKeys {
  const [first, ...others] = secrets.map((secret) => masterKey(secret.reveal()));
  if (!first) throw new Error('no master key is configured');
  return [first, ...others];
}
