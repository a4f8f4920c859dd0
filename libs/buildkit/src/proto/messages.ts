/**
 * The messages of `schema.ts` as they come out of `decode`: every scalar and list is there, a message that was not sent
 * is null. 64-bit numbers are plain numbers: none that is read grows beyond 2^53.
 */
export interface Timestamp {
  readonly seconds: number;
  readonly nanos: number;
}
export interface Any {
  readonly type_url: string;
  readonly value: Uint8Array;
}
export interface RpcStatus {
  readonly code: number;
  readonly message: string;
  readonly details: readonly Any[];
}
export interface Descriptor {
  readonly media_type: string;
  readonly digest: string;
  readonly size: number;
  readonly annotations: Readonly<Record<string, string>>;
}
export interface ProgressGroup {
  readonly id: string;
  readonly name: string;
  readonly weak: boolean;
}
export interface Vertex {
  readonly digest: string;
  readonly inputs: readonly string[];
  readonly name: string;
  readonly cached: boolean;
  readonly started: Timestamp | null;
  readonly completed: Timestamp | null;
  readonly error: string;
  readonly progressGroup: ProgressGroup | null;
}
export interface VertexStatus {
  readonly ID: string;
  readonly vertex: string;
  readonly name: string;
  readonly current: number;
  readonly total: number;
  readonly timestamp: Timestamp | null;
  readonly started: Timestamp | null;
  readonly completed: Timestamp | null;
}
export interface VertexLog {
  readonly vertex: string;
  readonly timestamp: Timestamp | null;
  readonly stream: number;
  readonly msg: Uint8Array;
}
export interface Position {
  readonly line: number;
  readonly character: number;
}
export interface Range {
  readonly start: Position | null;
  readonly end: Position | null;
}
export interface VertexWarning {
  readonly vertex: string;
  readonly level: number;
  readonly short: Uint8Array;
  readonly detail: readonly Uint8Array[];
  readonly url: string;
  readonly info: { readonly filename: string } | null;
  readonly ranges: readonly Range[];
}
export interface StatusResponse {
  readonly vertexes: readonly Vertex[];
  readonly statuses: readonly VertexStatus[];
  readonly logs: readonly VertexLog[];
  readonly warnings: readonly VertexWarning[];
}
export interface Entry {
  readonly Type: string;
  readonly Attrs: Readonly<Record<string, string>>;
}
export interface PolicyRule {
  readonly action: number;
  readonly selector: { readonly identifier: string; readonly match_type: number };
}
export interface SolveRequest {
  readonly Ref: string;
  readonly Session: string;
  readonly Frontend: string;
  readonly FrontendAttrs: Readonly<Record<string, string>>;
  readonly Cache: { readonly Exports: readonly Entry[] };
  readonly Internal: boolean;
  readonly SourcePolicy: { readonly version: number; readonly rules: readonly PolicyRule[] };
  readonly Exporters: readonly Entry[];
}
export interface OpMetadata {
  readonly description: Readonly<Record<string, string>>;
  readonly progress_group: ProgressGroup | null;
}
export interface Definition {
  /** The operations of a graph, each encoded: the digest of one is that of its vertex. The last only names the result. */
  readonly def: readonly Uint8Array[];
  /** By the digest of the operation. */
  readonly metadata: Readonly<Record<string, OpMetadata>>;
  readonly Source: {
    /** By the digest of the operation. */
    readonly locations: Readonly<
      Record<
        string,
        { readonly locations: readonly { readonly sourceIndex: number; readonly ranges: readonly Range[] }[] }
      >
    >;
    readonly infos: readonly { readonly filename: string }[];
  } | null;
}
/** What a frontend came to: the encoded definition of its graph, and facts about it such as the configuration of the image. */
export interface BridgeResult {
  readonly ref: { readonly id: string; readonly def: Uint8Array } | null;
  readonly metadata: Readonly<Record<string, Uint8Array>>;
}
export interface BuildResult {
  readonly Attestations: readonly Descriptor[];
  readonly Results: Readonly<Record<string, Descriptor>>;
}
export interface HistoryRecord {
  readonly Ref: string;
  readonly error: RpcStatus | null;
  readonly CreatedAt: Timestamp | null;
  readonly CompletedAt: Timestamp | null;
  readonly ExporterResponse: Readonly<Record<string, string>>;
  readonly Result: BuildResult | null;
  readonly Results: Readonly<Record<string, BuildResult>>;
  readonly externalError: Descriptor | null;
}
export interface BuildkitVersion {
  readonly package: string;
  readonly version: string;
  readonly revision: string;
}
export interface WorkerRecord {
  readonly ID: string;
  readonly Labels: Readonly<Record<string, string>>;
  readonly platforms: readonly { readonly Architecture: string; readonly OS: string; readonly Variant: string }[];
  readonly BuildkitVersion: BuildkitVersion | null;
}
export interface UsageRecord {
  readonly ID: string;
  readonly Mutable: boolean;
  readonly InUse: boolean;
  readonly Size: number;
  readonly CreatedAt: Timestamp | null;
  readonly LastUsedAt: Timestamp | null;
  readonly UsageCount: number;
  readonly Description: string;
  readonly RecordType: string;
  readonly Shared: boolean;
  readonly Parents: readonly string[];
}
export interface Stat {
  readonly path: string;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly size: number;
  /** Nanoseconds since 1970; a decimal string when written, since it does not fit a number exactly. */
  readonly modTime: number | string;
  readonly linkname: string;
}

export interface Messages {
  Empty: Record<string, never>;
  RpcStatus: RpcStatus;
  StatusRequest: { readonly Ref: string };
  StatusResponse: StatusResponse;
  SolveRequest: SolveRequest;
  SolveResponse: { readonly ExporterResponse: Readonly<Record<string, string>> };
  Definition: Definition;
  Op: { readonly inputs: readonly { readonly digest: string }[] };
  BridgeSolveRequest: {
    /** Encoded; in place of a frontend. */
    readonly Definition: Uint8Array;
    readonly CacheImports: readonly Entry[];
    readonly Frontend: string;
    readonly FrontendOpt: Readonly<Record<string, string>>;
    readonly allowResultReturn: boolean;
    readonly allowResultArrayRef: boolean;
    /** Encoded definitions. */
    readonly FrontendInputs: Readonly<Record<string, Uint8Array>>;
  };
  BridgeSolveResponse: { readonly result: BridgeResult | null };
  /** What an operation may ask of the engine. */
  BridgePong: { readonly LLBCaps: readonly { readonly ID: string; readonly Enabled: boolean }[] };
  BridgeReturnRequest: { readonly result: BridgeResult | null; readonly error: RpcStatus | null };
  HistoryRequest: { readonly ActiveOnly: boolean; readonly Ref: string; readonly EarlyExit: boolean };
  HistoryEvent: { readonly type: number; readonly record: HistoryRecord | null };
  ReadContentRequest: { readonly digest: string; readonly offset: number; readonly size: number };
  ReadContentResponse: { readonly offset: number; readonly data: Uint8Array };
  ContentInfoRequest: { readonly digest: string };
  ContentInfoResponse: { readonly info: { readonly digest: string; readonly size: number } | null };
  WriteContentRequest: {
    readonly action: number;
    readonly ref: string;
    readonly total: number;
    readonly expected: string;
    readonly offset: number;
    readonly data: Uint8Array;
  };
  WriteContentResponse: {
    readonly action: number;
    readonly offset: number;
    readonly total: number;
    readonly digest: string;
  };
  InfoResponse: { readonly buildkitVersion: BuildkitVersion | null };
  ListWorkersResponse: { readonly record: readonly WorkerRecord[] };
  UsageRecord: UsageRecord;
  DiskUsageResponse: { readonly record: readonly UsageRecord[] };
  PruneRequest: {
    readonly filter: readonly string[];
    readonly all: boolean;
    readonly keepDuration: number;
    readonly reservedSpace: number;
    readonly maxUsedSpace: number;
    readonly minFreeSpace: number;
  };
  BytesMessage: { readonly data: Uint8Array };
  HealthCheckResponse: { readonly status: number };
  GetSecretRequest: { readonly ID: string };
  GetSecretResponse: { readonly data: Uint8Array };
  HostRequest: { readonly Host: string };
  CredentialsResponse: { readonly Username: string; readonly Secret: string };
  FetchTokenRequest: {
    readonly ClientID: string;
    readonly Host: string;
    readonly Realm: string;
    readonly Service: string;
    readonly Scopes: readonly string[];
  };
  FetchTokenResponse: { readonly Token: string; readonly ExpiresIn: number; readonly IssuedAt: number };
  TokenAuthorityResponse: { readonly PublicKey: Uint8Array };
  VerifyTokenAuthorityRequest: { readonly Host: string; readonly Payload: Uint8Array; readonly Salt: Uint8Array };
  VerifyTokenAuthorityResponse: { readonly Signed: Uint8Array };
  Packet: { readonly type: number; readonly stat: Stat | null; readonly ID: number; readonly data: Uint8Array };
}

export type MessageName = keyof Messages;
