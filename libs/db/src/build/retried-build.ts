import type {
  BuildStage,
  BuildState,
  BuildStatus,
  CacheBackend,
  CachePolicy,
  LeftOutTag,
  TagNaming,
  Zone,
} from '@cooperage/domain';
import type { Prisma } from '../generated/client.js';
import type { NewBuild } from './build-creation.js';
import { storedLimits } from './build-record.js';

/** What a retry takes over by way of this process. What may be large is copied by the database, see `createBuildIn`. */
export const retriedColumns = {
  ...{ id: true, status: true, stage: true, organizationId: true, projectId: true, sequence: true },
  ...{ ruleId: true, ruleName: true, deliveryId: true, remoteUrl: true, ref: true },
  ...{ commit: true, commitSubject: true, commitAuthor: true, commitTime: true },
  ...{ zone: true, cachePolicy: true, cacheBackend: true, isolated: true, targetRef: true },
  ...{ movesTags: true, tags: true, tagNamings: true, leftOutTags: true },
  ...{ contextPath: true, dockerfilePath: true, target: true, platform: true, limits: true },
} as const satisfies Prisma.BuildSelect;

type RetriedRow = Prisma.BuildGetPayload<{ select: typeof retriedColumns }>;
type Inherited = Omit<NewBuild, 'noCache' | 'trigger' | 'triggeredBy' | 'retryOf'>;

export function toState({ status, stage }: Pick<RetriedRow, 'status' | 'stage'>): BuildState {
  return { status: status as BuildStatus, stage: stage as BuildStage | null };
}

export function inputsOf({ id: _id, status: _status, stage: _stage, ...row }: RetriedRow): Inherited {
  return {
    ...row,
    commitTime: Number(row.commitTime),
    zone: row.zone as Zone,
    cachePolicy: row.cachePolicy as CachePolicy,
    cacheBackend: row.cacheBackend as CacheBackend,
    tagNamings: row.tagNamings as TagNaming[],
    leftOutTags: row.leftOutTags as unknown as LeftOutTag[],
    limits: storedLimits(row.limits),
  };
}
