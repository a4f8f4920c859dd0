import type { ManifestEntry } from './context-manifest.js';

/** One step as the builder told of it. */
export interface StepOutcome {
  readonly ordinal: number;
  /** As the builder calls it, `[stage 2/5] RUN make`. */
  readonly name: string;
  readonly stage: string | null;
  readonly cached: boolean;
  readonly started: boolean;
  /** It went to its end and left a result. */
  readonly completed: boolean;
}

/** What is known of one build when the question is why its steps ran, or did not. */
export interface CacheFacts {
  readonly build: { readonly id: string; readonly number: number };
  readonly dockerfile: string;
  /** As the builder got them, a commit's `SOURCE_DATE_EPOCH` included. */
  readonly buildArgs: Readonly<Record<string, string>>;
  /** Null where it was not recorded. */
  readonly context: readonly ManifestEntry[] | null;
  readonly steps: readonly StepOutcome[];
  readonly noCache: boolean;
  /** Number of the reset with which its cache began, 0 for none; and whether it was the first since then. */
  readonly cacheEpoch: number;
  readonly afterReset: boolean;
  readonly workerName: string | null;
  /** Whose results an engine could reuse for it, see `resultSpace`. */
  readonly space: string;
  /** What became of the export of its cache. */
  readonly cacheExport: 'none' | 'pending' | 'done' | 'failed';
}
