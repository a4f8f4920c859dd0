import type { UsageRecord } from '../proto/messages.js';
import { methods } from '../proto/methods.js';
import { toDate } from '../proto/time.js';
import type { EngineConnection } from '../wire/connection.js';

export interface EngineInfo {
  /** BuildKit's version, for example `v0.31.2`; null when this build of it carries none. */
  readonly version: string | null;
  /** What this build says of itself beside its version; empty where it says nothing. */
  readonly revision: string;
  /** Version of the Docker engine around it, for example `28.5.2`; null when it stands alone. */
  readonly dockerVersion: string | null;
}

export interface EngineWorker {
  readonly id: string;
  readonly labels: Readonly<Record<string, string>>;
  /** `os/arch[/variant]`, the engine's own first. */
  readonly platforms: readonly string[];
}

/** One piece of the engine's cache. */
export interface CacheRecord {
  readonly id: string;
  /** For example `regular`, `source.local`, `exec.cachemount`. */
  readonly kind: string;
  readonly description: string;
  readonly sizeBytes: number;
  readonly inUse: boolean;
  readonly mutable: boolean;
  readonly shared: boolean;
  readonly usageCount: number;
  readonly createdAt: Date | null;
  readonly lastUsedAt: Date | null;
}

export interface PruneOptions {
  /** Also what the engine would keep by itself (images' own layers, internal records). */
  readonly all?: boolean;
  /** What was used within this time stays, milliseconds. */
  readonly keepDurationMs?: number;
  /** This much may stay, bytes. */
  readonly maxUsedBytes?: number;
  /**
   * What was used least lately goes until this much is free on the engine's disk, bytes. The engine counts what is free for root, and
   * decides by the sizes of its records: one call may come to less.
   */
  readonly minFreeBytes?: number;
  /** For example `type==exec.cachemount`. */
  readonly filter?: readonly string[];
  /** Then the engine is told to stop. Without it a call takes as long as it takes: millions of files take minutes. */
  readonly timeoutMs?: number;
}

const timeoutMs = 10_000;

/** @throws {ConnectionLost} @throws {RpcError} */
export async function readInfo(connection: EngineConnection): Promise<EngineInfo> {
  const [{ buildkitVersion }, dockerVersion] = await Promise.all([
    connection.unary(methods.info, {}, { timeoutMs }),
    connection.dockerVersion(),
  ]);
  const version = buildkitVersion?.version ?? '';
  // What a build without version information says of itself.
  const isKnown = /^v\d/.test(version) && !version.startsWith('v0.0.0+');
  return { version: isKnown ? version : null, revision: buildkitVersion?.revision ?? '', dockerVersion };
}

/** @throws {ConnectionLost} @throws {RpcError} */
export async function listWorkers(connection: EngineConnection): Promise<EngineWorker[]> {
  const { record } = await connection.unary(methods.workers, {}, { timeoutMs });
  return record.map((worker) => ({
    id: worker.ID,
    labels: worker.Labels,
    platforms: worker.platforms.map(({ OS, Architecture, Variant }) =>
      [OS, Architecture, Variant].filter((part) => part !== '').join('/'),
    ),
  }));
}

/** What the engine keeps. @throws {ConnectionLost} @throws {RpcError} */
export async function diskUsage(connection: EngineConnection): Promise<CacheRecord[]> {
  const { record } = await connection.unary(methods.diskUsage, {}, { timeoutMs: 60_000 });
  return record.map(cacheRecord);
}

/** Removes cache and says what went. @throws {ConnectionLost} @throws {RpcError} */
export async function prune(connection: EngineConnection, options: PruneOptions = {}): Promise<CacheRecord[]> {
  const { minFreeBytes = 0 } = options;
  // With this bound alone an engine whose disk has enough removes one record all the same (0.34.2, `calculateKeepBytes`).
  const most = minFreeBytes > 0 ? Number.MAX_SAFE_INTEGER : 0;
  const request = {
    all: options.all ?? false,
    keepDuration: (options.keepDurationMs ?? 0) * 1e6,
    maxUsedSpace: options.maxUsedBytes ?? most,
    minFreeSpace: minFreeBytes,
    filter: options.filter ?? [],
  };
  const removed = await connection.collect(methods.prune, request, {
    ...(options.timeoutMs !== undefined && { timeoutMs: options.timeoutMs }),
  });
  return removed.map(cacheRecord);
}

function cacheRecord(record: UsageRecord): CacheRecord {
  return {
    id: record.ID,
    kind: record.RecordType,
    description: record.Description,
    sizeBytes: record.Size,
    inUse: record.InUse,
    mutable: record.Mutable,
    shared: record.Shared,
    usageCount: record.UsageCount,
    createdAt: toDate(record.CreatedAt),
    lastUsedAt: toDate(record.LastUsedAt),
  };
}
