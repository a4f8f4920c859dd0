import type { Digest } from '@cooperage/domain';

/** Where cosign before version 3 keeps signatures and attestations of an image. */
export function signatureTag(subject: Digest): string {
  return `${subject.replace(':', '-')}.sig`;
}

export function attestationTag(subject: Digest): string {
  return `${subject.replace(':', '-')}.att`;
}
