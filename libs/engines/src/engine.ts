import type { Digest, EngineWarning } from '@cooperage/domain';
import type { BuildRequest, CacheExportRequest } from './build-request.js';

/** A step, whole, as far as it is known. */
export interface StepState {
  readonly id: string;
  readonly name: string;
  /** From 1, order of announcement; it never changes. */
  readonly ordinal: number;
  readonly stage: string | null;
  /** Of which other target it is; left out for the request's own Dockerfile. */
  readonly target?: string;
  readonly platform: string | null;
  /** Ids of steps. */
  readonly inputs: readonly string[];
  readonly startedAt: Date | null;
  readonly completedAt: Date | null;
  readonly cached: boolean;
  readonly error: string | null;
  /** Bookkeeping of the engine that no line of the Dockerfile asks for. */
  readonly internal: boolean;
  /** Fetches a base image (FROM): neither run nor cached in the sense of a step. */
  readonly isBase?: boolean;
  /** The engine fetches it by itself: an image, also one that only files are taken from, or what is at an address (ADD). */
  readonly fetches?: 'image' | 'address';
  /** Steps with the same group are one instruction. */
  readonly progressGroup: string | null;
}

export type EngineEvent =
  /**
   * The cache that is read, as the request names it: one of `cacheImports`, `cacheRepositories` or `localCaches`, with the digest
   * where the engine knows it; null for none. Before the first step, and once more, `missing`, where it was not there to be
   * read. A build that was taken over does not say it.
   */
  | { readonly type: 'cache'; readonly name: string | null; readonly digest?: string; readonly missing?: true }
  /** Sent again whenever it changed. A step is sent before its first log. */
  | { readonly type: 'step'; readonly step: StepState }
  /** Bytes as printed, cut anywhere. */
  | {
      readonly type: 'log';
      readonly stepId: string;
      readonly stream: 1 | 2;
      readonly data: Uint8Array;
      readonly at: Date;
    }
  | {
      readonly type: 'progress';
      readonly stepId: string;
      readonly id: string;
      readonly name: string;
      readonly current: number;
      readonly total: number | null;
      readonly done: boolean;
    }
  | {
      readonly type: 'warning';
      readonly rule: string;
      readonly message: string;
      readonly url: string | null;
      readonly line: number | null;
      readonly file: string | null;
    }
  /** The digest is known; the push is under way or done. At most once. */
  | { readonly type: 'pushing'; readonly digest: string };

export interface BuildOutcome {
  /** Of the manifest that was pushed. */
  readonly digest: Digest;
  readonly mediaType: string;
  /** Of the manifest. */
  readonly sizeBytes: number;
  readonly platforms: readonly string[];
  readonly baseImages: readonly { readonly name: string; readonly digest: string }[];
  /** Everything that was fetched, base images included, as SLSA resource descriptors. */
  readonly materials?: readonly { readonly uri: string; readonly digest: Readonly<Record<string, string>> }[];
  /** Step id to lines of the request's own Dockerfile, from 1. */
  readonly stepLines: ReadonlyMap<string, { readonly startLine: number; readonly endLine: number }>;
  readonly stepsRun: number;
  readonly stepsCached: number;
  readonly usage?: { readonly cpuMs?: number; readonly peakMemoryBytes?: number };
  /** What made it, by name, with its version: for the provenance. An engine whose version nobody knows leaves it out. */
  readonly tools?: Readonly<Record<string, string>>;
}

/** What an engine can do. Code asks for these, never for its kind. */
export interface EngineFeatures {
  /** Needs a daemon that runs beside the worker. */
  readonly daemon: boolean;
  /** Builds any image, or images of one sort of program. */
  readonly scope: 'general' | 'special';
  readonly dockerfile: 'full' | 'partial' | 'none';
  readonly multiPlatform: boolean;
  readonly registryCache: boolean;
  readonly secrets: boolean;
  /** Tells base images and lines of steps. */
  readonly provenance: boolean;
  readonly pushesByDigest: boolean;
  /** Builds several Dockerfiles in one, see `BuildRequest.targets`. */
  readonly targets: boolean;
  /** Enforces `BuildRequest.limits`. */
  readonly limits: boolean;
  /** Steps reach the world, unless they ask for none of it; never the service or the worker. */
  readonly stepNetwork: boolean;
  /** Holds the builds of strangers apart from each other and from the worker. Otherwise it is for trusted builds only. */
  readonly strangers: boolean;
  /** `find` can tell what became of a build. */
  readonly find: boolean;
  /** What should hold and does not, where it runs. */
  readonly warnings: readonly EngineWarning[];
}

export interface EngineCheck {
  readonly ok: boolean;
  readonly version: string;
  /** What it can build for, its own platform first. */
  readonly platforms: readonly string[];
  /** A sentence for an operator. */
  readonly detail: string;
  /** What should hold and does not, in the version that answered; beside those of `EngineFeatures`. */
  readonly warnings?: readonly EngineWarning[];
}

/** `unknown`: the engine did not come, and not because a connection was refused. That shows nothing. */
export type NearReach = 'reached' | 'refused' | 'unknown';

/** What became of a build. */
export interface BuildFate {
  readonly state: 'running' | 'succeeded' | 'failed' | 'unknown';
  readonly digest?: Digest;
}

export interface ExportedCache {
  readonly exported: boolean;
  readonly bytes?: number;
}

/** What an engine keeps for later builds of all projects: results of steps, base images, contexts, cache mounts. */
export interface EngineStore {
  readonly bytes: number;
  readonly records: number;
  /** Cache mounts of steps, which are among them. */
  readonly mountBytes: number;
  readonly mounts: number;
  /** When that was used which nobody has used for longest; null where nothing was used. */
  readonly oldestUse: Date | null;
}

/**
 * A build tool. One object serves many builds at the same time, until `close`.
 *
 * The protocol of `build`:
 * 1. It checks the request first and throws `BuildFailure` before anything runs (`PolicyRefused`, `ReservedBuildArg`,
 *    `InvalidBuildConfig`, `DockerfileInvalid`).
 * 2. It calls `emit` for each event, one at a time and in order. A promise that `emit` returns holds back the events
 *    behind it, and in the end the tool itself: nothing is dropped, nothing piles up. Events may repeat a step.
 * 3. It resolves once, after the last event, when the image is in the registry by digest. It moves no tag.
 * 4. It throws `BuildFailure` and nothing else, after the last event. Steps that were never said to be completed have
 *    ended then too: a lost engine says nothing more.
 * 5. After `signal` aborts it stops the tool, and rejects only when the work has really ended: no process of a step
 *    runs any more. It throws `signal.reason` when that is a `BuildFailure`, else one with code `EngineUnavailable`:
 *    whoever aborted knows better why. An abort that comes too late changes nothing.
 * 6. The same request again, also with another reference, is harmless.
 */
export interface Engine {
  readonly kind: string;
  features(): EngineFeatures;
  /** Never throws. */
  check(): Promise<EngineCheck>;
  /** @throws {BuildFailure} and nothing else */
  build(
    request: BuildRequest,
    emit: (event: EngineEvent) => void | Promise<void>,
    signal: AbortSignal,
  ): Promise<BuildOutcome>;
  /**
   * Writes the results of a build's steps to a registry, or to the disk of this worker, for other engines to start from. To be called after the build
   * with the same files; steps whose results are gone meanwhile run again. `exported` is false when there was nothing;
   * `bytes` is what a cache on the disk weighs.
   * @throws {CacheExportFailure} and nothing else
   */
  exportCache(request: CacheExportRequest, signal: AbortSignal): Promise<ExportedCache>;
  /**
   * Builds a small file from nothing, without a network, and keeps and pushes nothing: shows that it can build now.
   * Left out by an engine of which `check` says as much. @throws {BuildFailure} and nothing else
   */
  tryBuild?(signal: AbortSignal): Promise<void>;
  /**
   * Whether it connects to what is near when a Dockerfile asks it to fetch something there: then nothing stands between a build
   * and the services beside the engine. Left out by an engine that cannot be asked. @throws {BuildFailure} `EngineUnavailable`
   */
  reachesNear?(signal: AbortSignal): Promise<NearReach>;
  /**
   * Forgets everything: results of steps, cache mounts, contexts. Waits a while for what a build under way needs. Left out by an
   * engine that is for trusted builds only. @throws {BuildFailure} `EngineUnavailable`, also where something is left
   */
  wipe?(): Promise<void>;
  /** What it keeps for later builds. Left out by an engine that does not say. @throws {BuildFailure} `EngineUnavailable` */
  store?(): Promise<EngineStore>;
  /**
   * Removes of what it keeps for later builds what nothing uses now: what was used least lately goes first, until its disk has so many
   * bytes free (those that are for root alone among them). Null removes all of it. Builds go on meanwhile. Left out by an engine that
   * does not say what it keeps. @returns what was removed @throws {BuildFailure} `EngineUnavailable`
   */
  prune?(minFreeBytes: number | null): Promise<Pick<EngineStore, 'bytes' | 'records'>>;
  /** What became of a build, for a caller that lost sight of it. @throws {BuildFailure} `EngineUnavailable` */
  find(reference: string): Promise<BuildFate>;
  /**
   * What an earlier Solve of the same request came to, that ended while nobody was there any more to hear of it: its outcome, with
   * all that it said told again by `emit`; its failure, thrown, where the build itself was at fault. Null, and nothing was
   * emitted, where there is nothing to take and the build is to be run: it is not known, has not ended, or something
   * around it failed. Whether its image is still whole in the registry is for the caller to see. Left out by an engine that
   * remembers nothing. @throws {BuildFailure} and nothing else
   */
  takeOver?(
    earlier: string,
    request: BuildRequest,
    emit: (event: EngineEvent) => void | Promise<void>,
    signal: AbortSignal,
  ): Promise<BuildOutcome | null>;
  close(): Promise<void>;
}
