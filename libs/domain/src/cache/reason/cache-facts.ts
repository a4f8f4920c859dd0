import { type Digest, isDigest } from '../../image/digest.js';
import type { ResolvedTarget } from '../../input/definition.js';
import { parseBuildContext } from '../../input/named-context.js';
import type { EvictionWords } from '../eviction.js';
import type { StepMark } from '../isolation.js';
import type { ManifestEntry } from './context-manifest.js';
import { fullImageName } from './image-name.js';

/** One step as the builder told of it. */
export interface StepOutcome {
  readonly ordinal: number;
  /** As the builder calls it, `[stage 2/5] RUN make`. */
  readonly name: string;
  readonly stage: string | null;
  /** Of the definition, where it is another than the build's own. */
  readonly target?: string | null;
  readonly cached: boolean;
  readonly started: boolean;
  /** It went to its end and left a result. */
  readonly completed: boolean;
  /** What it took in milliseconds, where somebody wants to know. */
  readonly ms?: number;
  /** When it began and ended, in milliseconds since 1970; null where it did not. */
  readonly startedMs?: number | null;
  readonly endedMs?: number | null;
}

/** What a Dockerfile named beside its stages: a folder, whose entries are in the manifest, an image, or another target. */
export type NamedContextFact =
  | { readonly kind: 'folder' }
  | { readonly kind: 'image' /** Null where the builder did not tell of it. */; readonly digest: Digest | null }
  | {
      readonly kind: 'target';
      readonly target: string;
      /** Itself and those that it is made from. */
      readonly targets: ReadonlySet<string>;
    };

/** What is known of one Dockerfile of a build. */
export interface DockerfileFacts {
  readonly dockerfile: string;
  /** As the builder got them, a commit's `SOURCE_DATE_EPOCH` included. */
  readonly buildArgs: Readonly<Record<string, string>>;
  /** Null where it was not recorded. */
  readonly context: readonly ManifestEntry[] | null;
  /** By name; left out where there are none. */
  readonly namedContexts?: ReadonlyMap<string, NamedContextFact>;
  readonly noCache: boolean;
}

/** Another target of a build's definition. */
export interface TargetFacts extends DockerfileFacts {
  readonly name: string;
  /** Of its Dockerfile; null for the last. */
  readonly stage: string | null;
}

/** What is known of one build, and of its own Dockerfile, when the question is why its steps ran, or did not. */
export interface CacheFacts extends DockerfileFacts {
  readonly build: { readonly id: string; readonly number: number };
  /** Each behind those that it is made from. Left out where there are none, or what they were made from is in no record. */
  readonly targets?: readonly TargetFacts[];
  readonly steps: readonly StepOutcome[];
  /** Number of the reset with which its cache began, 0 for none; and whether it was the first since then. */
  readonly cacheEpoch: number;
  readonly afterReset: boolean;
  /** When what it had left in the registry was deleted there, and why; null where that is not so. */
  readonly evicted: (EvictionWords & { readonly at: Date }) | null;
  /** When its builder took it; null before. */
  readonly startedAt: Date | null;
  readonly workerName: string | null;
  /** Whose results an engine could reuse for it, see `resultSpace`. */
  readonly space: string;
  /** Part of the key of steps that take more than their key holds, see `stepMark`. */
  readonly mark: StepMark | null;
  /** What it read of the registry or its worker's disk: null where nobody wrote it down. */
  readonly read: {
    /** Number of the build that had left it; null where it read none, or nobody knows whose it was. */
    readonly from: number | null;
  } | null;
  /** Its engine was emptied before it: only the registry could have what an earlier build left. */
  readonly onEmptied?: boolean;
  /** What became of the export of its cache. */
  readonly cacheExport: 'none' | 'pending' | 'done' | 'failed';
}

/**
 * @param baseImages those of the build, by their full names, as its builder found them
 * @param targets other targets of its definition, each behind those that it is made from
 */
export function namedContextFact(
  source: string,
  baseImages: readonly { readonly name: string; readonly digest: string }[],
  targets: readonly Pick<ResolvedTarget, 'name' | 'namedContexts'>[] = [],
): NamedContextFact {
  const context = parseBuildContext(source);
  if (context.kind === 'folder') return { kind: 'folder' };
  if (context.kind === 'target')
    return { kind: 'target', target: context.target, targets: madeOf(context.target, targets) };
  const pinned = /@(sha256:[0-9a-f]{64})$/.exec(context.reference)?.[1];
  const name = fullImageName(context.reference);
  const found = pinned ?? baseImages.find((image) => image.name === name)?.digest;
  return { kind: 'image', digest: found !== undefined && isDigest(found) ? found : null };
}

function madeOf(name: string, targets: readonly Pick<ResolvedTarget, 'name' | 'namedContexts'>[]): ReadonlySet<string> {
  const found = new Set([name]);
  // Whoever names a target stands behind it.
  for (const target of targets.toReversed())
    if (found.has(target.name))
      for (const source of Object.values(target.namedContexts)) {
        const context = parseBuildContext(source);
        if (context.kind === 'target') found.add(context.target);
      }
  return found;
}
