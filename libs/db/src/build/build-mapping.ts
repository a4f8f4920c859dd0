import type {
  BuildDefinition,
  BuildStage,
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
import type { Build, Prisma } from '../generated/client.js';
import { storedJson } from '../stored-text.js';
import {
  type BaseImage,
  type BuildRecord,
  type BuildTrigger,
  type BuildWarning,
  type CacheExportState,
  type FetchedSource,
  type PhaseSpan,
  storedLimits,
} from './build-record.js';
import type { ListedBuild } from './listed-build.js';

/** Row → record. JSON columns are written only by this package, so their shape is known. */
export function toBuildRecord(row: Build): BuildRecord {
  return {
    ...row,
    commitTime: Number(row.commitTime),
    zone: row.zone as Zone,
    cachePolicy: row.cachePolicy as CachePolicy,
    cacheBackend: row.cacheBackend as CacheBackend,
    buildArgs: row.buildArgs as Record<string, string>,
    definition: row.definition as unknown as BuildDefinition | null,
    resolved: row.resolved as unknown as ResolvedDefinition | null,
    namedContexts: row.namedContexts as Record<string, string>,
    limits: storedLimits(row.limits),
    trigger: row.trigger as BuildTrigger,
    status: row.status as BuildStatus,
    stage: row.stage as BuildStage | null,
    phase: row.phase as Phase | null,
    phases: row.phases as unknown as PhaseSpan[],
    failure: row.failure as unknown as FailureReport | null,
    digest: row.digest as Digest | null,
    sizeBytes: row.sizeBytes === null ? null : Number(row.sizeBytes),
    baseImages: row.baseImages as unknown as BaseImage[],
    sources: row.sources as unknown as FetchedSource[],
    tagNamings: row.tagNamings as TagNaming[],
    leftOutTags: row.leftOutTags as unknown as LeftOutTag[],
    tools: row.tools as Record<string, string> | null,
    warnings: row.warnings as unknown as BuildWarning[],
    cacheExport: row.cacheExport as CacheExportState,
    cacheMode: row.cacheMode as ExportMode | null,
    cacheModeWhy: row.cacheModeWhy as ModeReason | null,
  };
}

/** As above, of the columns that lists show. */
export function toListedBuild(row: Pick<Build, keyof ListedBuild>): ListedBuild {
  return {
    ...row,
    zone: row.zone as Zone,
    trigger: row.trigger as BuildTrigger,
    status: row.status as BuildStatus,
    stage: row.stage as BuildStage | null,
    phase: row.phase as Phase | null,
    failure: row.failure as unknown as FailureReport | null,
    digest: row.digest as Digest | null,
  };
}

/** Plain data → a JSON column. */
export function toJson(value: object): Prisma.InputJsonValue {
  return JSON.parse(storedJson(value)) as Prisma.InputJsonValue;
}
