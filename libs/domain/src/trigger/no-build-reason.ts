/**
 * Why a delivery that named a ref was evaluated and no rule was asked. The codes are stored with the delivery:
 * - `no_ref`: it names neither a branch nor a tag
 * - `ref_gone`: the git host does not have the ref (any more)
 * - `commit_not_on_ref`: the named commit is neither the head of the ref at the git host nor behind it
 * - `history_too_long`: whether it is behind the head could not be found out within the limit of commits
 * - `replayed`: the same body came before, and the git host shows no head that is new
 * - `other_repository`: it comes from another repository than the project's
 * - `quota_queued_builds`: the organization has as many builds waiting as it may; while the delivery is `evaluating` it is looked at
 *   again, and when it is `evaluated` a newer push to the same ref waited in its place
 */
export const noBuildReasons = [
  'no_ref',
  'ref_gone',
  'commit_not_on_ref',
  'history_too_long',
  'replayed',
  'other_repository',
  'quota_queued_builds',
] as const;
export type NoBuildReason = (typeof noBuildReasons)[number];

export interface NoBuildFacts {
  /** Full ref; null where the delivery names none. */
  readonly ref: string | null;
  /** The commit that the delivery names; null where it names none. */
  readonly commit: string | null;
  /** The repository that it comes from, and the project's, as people know them. */
  readonly repository: string;
  readonly ownRepository: string;
}

/** A message for a person. */
export function noBuildMessage(reason: NoBuildReason, facts: NoBuildFacts): string {
  const { ref, commit, repository, ownRepository } = facts;
  const short = commit?.slice(0, 7) ?? 'the commit';
  switch (reason) {
    case 'no_ref':
      return 'The push names no branch or tag.';
    case 'ref_gone':
      return `${ref} is not at the git host any more.`;
    case 'commit_not_on_ref':
      return `Commit ${short} is not on ${ref} at the git host, so nothing is built.`;
    case 'history_too_long':
      return `The history of ${ref} is too long to find out whether commit ${short} is on it, so nothing is built.`;
    case 'replayed':
      return `The same body came before, and the git host shows no newer head of ${ref}, so nothing is built.`;
    case 'quota_queued_builds':
      return `The organization had as many builds waiting as it may, and a newer push to ${ref} came, so that one is built.`;
    case 'other_repository':
      return `The call comes from ${repository}, and this project builds ${ownRepository}, so nothing is built. Was it renamed? Then change the project's address. Was it made anew? Then forget its id in the settings.`;
  }
}
