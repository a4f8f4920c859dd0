import type {
  BuildDefinition,
  BuildNetwork,
  BuildStage,
  BuildState,
  BuildStatus,
  CacheBackend,
  CachePolicy,
  Digest,
  ExportMode,
  FailureReport,
  LeftOutTag,
  ModeReason,
  Phase,
  ResolvedDefinition,
  TagNaming,
  Zone,
} from '@cooperage/domain';

export interface BuildLimits {
  readonly timeoutMs: number;
  /** Of a build: what its project asks for, where its organization has less. */
  readonly askedTimeoutMs?: number;
  readonly logBytes: number;
  readonly memoryBytes: number | null;
  readonly pids: number | null;
  readonly cpus: number | null;
  readonly diskBytes: number | null;
  readonly network: BuildNetwork;
}

/** Limits as they were stored, by an earlier version perhaps. */
export function storedLimits(stored: unknown): BuildLimits {
  const limits = stored as BuildLimits;
  return { ...limits, diskBytes: limits.diskBytes ?? null, network: limits.network ?? 'open' };
}

/** What a build is made from, fixed when the build is created. */
export interface BuildInputs {
  /** Clone address of its project when it was evaluated; the project may have another by now. */
  readonly remoteUrl: string;
  readonly ref: string;
  readonly commit: string;
  readonly commitSubject: string;
  readonly commitAuthor: string;
  /** Committer time in seconds since 1970. */
  readonly commitTime: number;
  readonly zone: Zone;
  readonly cachePolicy: CachePolicy;
  readonly cacheBackend: CacheBackend;
  /** Its zone is alone with what an engine keeps. */
  readonly isolated: boolean;
  /** The protected branch that it is to be merged into, whose cache it reads too; full ref. */
  readonly targetRef: string | null;
  /** False for a late delivery: its image is published by digest only. */
  readonly movesTags: boolean;
  readonly tags: readonly string[];
  /** What each of the tags names, at the same place. Empty for builds of before this was written down. */
  readonly tagNamings: readonly TagNaming[];
  /** Tags that its rule would give it, and that belong to others. */
  readonly leftOutTags: readonly LeftOutTag[];
  readonly contextPath: string;
  readonly dockerfilePath: string;
  readonly target: string | null;
  readonly platform: string;
  readonly buildArgs: Readonly<Record<string, string>>;
  /** What says how the image is built in the place of the settings beside it; the arguments are its variables then. */
  readonly definition: BuildDefinition | null;
  /** Name to a folder of the repository, or to `docker-image://reference`. */
  readonly namedContexts: Readonly<Record<string, string>>;
  readonly limits: BuildLimits;
  readonly noCache: boolean;
}

export interface PhaseSpan {
  readonly phase: Phase;
  readonly startedAt: string;
  readonly endedAt: string | null;
}

/** As SLSA names what went into a build. */
export interface FetchedSource {
  readonly uri: string;
  /** Algorithm to hex. */
  readonly digest: Readonly<Record<string, string>>;
}

export interface BaseImage {
  readonly name: string;
  readonly digest: string;
}

export interface BuildWarning {
  readonly rule: string;
  readonly message: string;
  readonly url: string | null;
  readonly file: string | null;
  readonly line: number | null;
}

export type BuildTrigger = 'push' | 'retry' | 'manual' | 'replay';
export type CacheExportState = 'none' | 'pending' | 'done' | 'failed';

export interface BuildRecord extends BuildInputs {
  /** Numbers of the resets with which its own cache, the default branch's and its target's began, 0 for none. */
  readonly cacheEpoch: number;
  readonly mainCacheEpoch: number;
  readonly targetCacheEpoch: number;
  /** No build had succeeded since that reset when it was made: it reads no cache at all. */
  readonly afterReset: boolean;
  readonly id: string;
  readonly organizationId: string;
  readonly projectId: string;
  readonly number: number;
  readonly sequence: bigint;
  readonly ruleId: string | null;
  readonly ruleName: string | null;
  readonly deliveryId: string | null;
  readonly trigger: BuildTrigger;
  readonly triggeredBy: string | null;
  readonly retryOf: string | null;
  readonly status: BuildStatus;
  readonly stage: BuildStage | null;
  readonly phase: Phase | null;
  readonly phases: readonly PhaseSpan[];
  readonly waitReason: string | null;
  readonly version: number;
  readonly attemptNumber: number;
  readonly failure: FailureReport | null;
  /** The same for the same failure. */
  readonly fingerprint: string | null;
  readonly digest: Digest | null;
  readonly mediaType: string | null;
  readonly sizeBytes: number | null;
  readonly baseImages: readonly BaseImage[];
  /** What its builder fetched by ADD from an address. */
  readonly sources: readonly FetchedSource[];
  readonly stepsTotal: number | null;
  readonly stepsCached: number | null;
  /** What its definition stands for, once its builder has read it. */
  readonly resolved: ResolvedDefinition | null;
  readonly tools: Readonly<Record<string, string>> | null;
  readonly warnings: readonly BuildWarning[];
  readonly cacheExport: CacheExportState;
  readonly cacheExportNote: string | null;
  /** What it left of its cache, and why; null where nothing was to be left. */
  readonly cacheMode: ExportMode | null;
  readonly cacheModeWhy: ModeReason | null;
  readonly cancelRequestedAt: Date | null;
  readonly cancelRequestedBy: string | null;
  readonly stoppedAt: Date | null;
  readonly queuedAt: Date;
  readonly startedAt: Date | null;
  readonly builtAt: Date | null;
  readonly finishedAt: Date | null;
}

export function stateOf(build: Pick<BuildRecord, 'status' | 'stage'>): BuildState {
  return { status: build.status, stage: build.stage };
}
