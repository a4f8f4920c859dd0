import type { Digest, RepositoryName } from '@cooperage/domain';

/** In the order in which people read them. */
export const checkIds = [
  'digest',
  'content',
  'signature',
  'project',
  'legacy_signature',
  'provenance',
  'provenance_subject',
  'source_commit',
  'source_uri',
  'zone',
  'builder',
  'invocation',
  'legacy_provenance',
] as const;
export type CheckId = (typeof checkIds)[number];

/** One thing that was looked at, with what was hoped for and what was there. Sentences are plain English, never HTML. */
export interface Check {
  readonly id: CheckId;
  readonly title: string;
  readonly ok: boolean;
  /** A check that is not required tells something and does not change the verdict. */
  readonly required: boolean;
  readonly expected: string;
  readonly found: string;
  /** What a person can look up: digests, key hints, addresses. */
  readonly evidence: Readonly<Record<string, string>>;
}

/**
 * `verified`: every required check passed. `gone`: the registry has no such image. `unsigned`: nothing that claims to be a
 * signature lies beside it. `untrusted`: signatures are there, and none of our keys made one for these bytes. `mismatch`:
 * ours, but not what was expected of it (project, provenance, content).
 */
export type Verdict = 'verified' | 'gone' | 'unsigned' | 'untrusted' | 'mismatch';

export interface Verification {
  readonly ok: boolean;
  readonly verdict: Verdict;
  readonly repository: RepositoryName;
  readonly digest: Digest;
  readonly checks: readonly Check[];
}

/** What must be true of an image. What is undefined is not compared, and not listed. */
export interface Expectations {
  /** Address of the project that the signature is bound to; null takes signatures that are bound to nothing. */
  readonly project: string | null;
  /** `host/repository` that the older signature names; registries can be renamed, so it is compared only when given. */
  readonly image?: string;
  readonly sourceCommit?: string;
  /** `git+<clone address>@<ref>`, see `gitUri`. */
  readonly sourceUri?: string;
  /** `protected`, `branch` or `fork`: where the build's record says that it ran. */
  readonly zone?: string;
  readonly builderId?: string;
  readonly invocationId?: string;
  /** Whether a provenance is demanded; true when absent. */
  readonly provenance?: boolean;
  /** `every` (when absent): referrers and the tags of older verifiers. `any`: one of the two is enough, as stock cosign writes. */
  readonly storage?: 'every' | 'any';
}
