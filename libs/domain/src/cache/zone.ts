/** Who may write a cache. `branch` and `fork` also read what `protected` wrote; nobody writes another's. */
export const zones = ['protected', 'branch', 'fork'] as const;
export type Zone = (typeof zones)[number];

export interface ZoneInput {
  /** Full ref, for example `refs/heads/main`. */
  readonly ref: string;
  readonly defaultBranch: string;
  readonly fromFork: boolean;
}

/** Default branch and tags are `protected`, other branches `branch`, everything from a fork `fork`. */
export function zoneOf(input: ZoneInput): Zone {
  if (input.fromFork) return 'fork';
  if (input.ref === `refs/heads/${input.defaultBranch}` || input.ref.startsWith('refs/tags/')) return 'protected';
  return 'branch';
}
