import type { ProofKind } from '@cooperage/domain';

export interface Proof {
  readonly kind: ProofKind;
  /** Which of the secrets proved it. */
  readonly secretIndex: number;
}

/** What a proof is checked against. */
export interface ProofContext {
  readonly secrets: readonly Uint8Array[];
  readonly now: Date;
}

/**
 * The index of the first secret that proves; -1 when none does. All are tried, so that the time does not tell which one
 * it was. An empty secret proves nothing: anybody has it.
 */
export function provingSecret(
  secrets: readonly Uint8Array[],
  proves: (secret: Uint8Array, index: number) => boolean,
): number {
  return secrets.map((secret, index) => secret.length > 0 && proves(secret, index)).indexOf(true);
}
