/** What one source may cost. Sizes in bytes, times in milliseconds. */
export interface SourceLimits {
  /** Bytes that one fetch may receive. */
  readonly maxPackBytes: number;
  /** Objects that one fetch may receive. */
  readonly maxObjects: number;
  /** Packs of one repository of a mirror. One that has more is made anew before the next fetch. */
  readonly maxMirrorBytes: number;
  /** What one fetch may add to git's list of shallow commits, a line of 41 bytes each. A repository with more is made anew, too. */
  readonly maxShallowBytes: number;
  /** What has to stay free on the disk of the mirrors; null for what `diskFloorBytes` says. */
  readonly minFreeBytes: number | null;
  /** Branches and tags of one remote. */
  readonly maxRefs: number;
  /** Files and folders of one context. */
  readonly maxFiles: number;
  /** One path of a context, relative to its folder. Linux opens none that is longer. */
  readonly maxPathBytes: number;
  /** All paths of a context together, those of its folders included. */
  readonly maxPathsBytes: number;
  /** One file of a context. */
  readonly maxBlobBytes: number;
  /** All files of a context together. */
  readonly maxContextBytes: number;
  readonly maxDockerfileBytes: number;
  readonly maxIgnoreFileBytes: number;
  /** Memory for one object. A larger blob is streamed, unless the host sends it as a delta. */
  readonly maxObjectMemoryBytes: number;
  /** Address space of one process of git: a delta, its base and its result, mapped parts of packs, and the program. */
  readonly maxProcessBytes: number;
  /** Commits to look back for one question about ancestry. */
  readonly maxHistoryCommits: number;
  /** A remote that sends less than this, on average over `slowWindowMs`, is given up. */
  readonly minBytesPerSecond: number;
  readonly slowWindowMs: number;
  readonly refsTimeoutMs: number;
  readonly fetchTimeoutMs: number;
  /** Any command on the mirror alone. */
  readonly localTimeoutMs: number;
}

const MiB = 1024 * 1024;

export const defaultSourceLimits: SourceLimits = {
  maxPackBytes: 1024 * MiB,
  maxObjects: 1_000_000,
  maxMirrorBytes: 4096 * MiB,
  maxShallowBytes: 4 * MiB,
  minFreeBytes: null,
  maxRefs: 50_000,
  maxFiles: 100_000,
  maxPathBytes: 4096,
  maxPathsBytes: 32 * MiB,
  maxBlobBytes: 512 * MiB,
  maxContextBytes: 2048 * MiB,
  maxDockerfileBytes: MiB,
  maxIgnoreFileBytes: 256 * 1024,
  maxObjectMemoryBytes: 256 * MiB,
  maxProcessBytes: 1024 * MiB,
  maxHistoryCommits: 16_384,
  minBytesPerSecond: 1024,
  slowWindowMs: 30_000,
  refsTimeoutMs: 60_000,
  fetchTimeoutMs: 600_000,
  localTimeoutMs: 60_000,
};
