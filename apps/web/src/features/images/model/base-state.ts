import type { BaseImageView, BaseProblem } from '@cooperage/contracts';

/** What can be said of a base image: whether a newer one is there, and who says so. Times are ISO 8601. */
export type BaseState =
  | { readonly kind: 'newer'; readonly digest: string; readonly at: string; readonly by: 'registry' | 'builds' }
  | { readonly kind: 'current'; readonly at: string }
  /** Named by its digest alone: that cannot move. */
  | { readonly kind: 'pinned' }
  | { readonly kind: 'unknown'; readonly why: string; readonly at: string | null };

const whys: Readonly<Record<BaseProblem, string>> = {
  not_found: 'its registry has no such tag any more',
  denied: 'its registry refuses to say; a credential for it belongs into the settings',
  unavailable: 'its registry could not be reached',
  invalid: 'its registry gave an answer that cannot be right',
  inner: 'its registry is on an inner address, and only an operator can allow to ask it',
  foreign: 'it is an image of another organization',
  sealed: 'the credential for its registry cannot be opened any more',
};

/** The newest word counts: that of the registry where it gave one, else what later builds have met. */
export function baseState({ name, digest, newest, registry }: BaseImageView): BaseState {
  if (registry?.isUsed === false && registry.digest !== null)
    return { kind: 'newer', digest: registry.digest, at: registry.foundAt ?? registry.checkedAt, by: 'registry' };
  if (newest && newest.digest !== digest) return { kind: 'newer', digest: newest.digest, at: newest.at, by: 'builds' };
  if (!/:[^/:@]+$/.test(name)) return { kind: 'pinned' };
  if (!registry) return { kind: 'unknown', why: 'its registry was not asked yet', at: null };
  if (registry.problem !== null) return { kind: 'unknown', why: whys[registry.problem], at: registry.checkedAt };
  return { kind: 'current', at: registry.answeredAt ?? registry.checkedAt };
}
