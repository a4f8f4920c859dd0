import type { BuildDefinition, CacheBackend, CacheMode } from '@cooperage/domain';
import { type BuildLimits, storedLimits } from '../build/build-record.js';
import type { Prisma } from '../generated/client.js';

/** What a person sets of a project. */
export interface ProjectSettings {
  readonly name: string;
  readonly description: string;
  readonly visibility: 'private' | 'public';
  readonly remoteUrl: string;
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
  /** What builds leave of their cache, and how many bytes of it may be in the registry; null for any. */
  readonly cacheMode: CacheMode;
  readonly cacheBudgetBytes: number | null;
  /** Days after which a cache in the registry goes that no build has used; null for never. */
  readonly cacheUnusedDays: number | null;
  /** Each zone is alone with what an engine keeps of its builds. */
  readonly strictIsolation: boolean;
  /** Globs over branches that are as the default branch is: `release/*`. */
  readonly protectedBranches: readonly string[];
  /** Globs over git tags that are in the zone `protected`. */
  readonly protectedTags: readonly string[];
  readonly cacheBackend: CacheBackend;
}

export interface ProjectRecord extends ProjectSettings {
  readonly id: string;
  readonly organizationId: string;
  readonly organizationSlug: string;
  readonly slug: string;
  readonly defaultBranch: string | null;
  /** The git host's own id of the repository, see `repositoryKey` of the domain; null before it was seen. */
  readonly repositoryKey: string | null;
  readonly hasGitCredentials: boolean;
  /** Scheme, host and port that the credentials belong to; null without credentials. */
  readonly gitCredentialsOrigin: string | null;
  readonly createdAt: Date;
}

export const projectColumns = {
  id: true,
  organizationId: true,
  organization: { select: { slug: true } },
  slug: true,
  name: true,
  description: true,
  visibility: true,
  remoteUrl: true,
  defaultBranch: true,
  repositoryKey: true,
  contextPath: true,
  dockerfilePath: true,
  target: true,
  platform: true,
  buildArgs: true,
  namedContexts: true,
  definition: true,
  limits: true,
  strictIsolation: true,
  protectedBranches: true,
  protectedTags: true,
  cacheBackend: true,
  cacheMode: true,
  cacheBudgetBytes: true,
  cacheUnusedDays: true,
  gitCredentials: true,
  gitCredentialsOrigin: true,
  createdAt: true,
} as const satisfies Prisma.ProjectSelect;

type ProjectRow = Prisma.ProjectGetPayload<{ select: typeof projectColumns }>;

/** Row → record; the sealed credentials stay behind. */
export function toProjectRecord(row: ProjectRow): ProjectRecord {
  const { organization, gitCredentials, gitCredentialsOrigin, ...columns } = row;
  return {
    ...columns,
    organizationSlug: organization.slug,
    visibility: row.visibility === 'public' ? 'public' : 'private',
    cacheBackend: row.cacheBackend as CacheBackend,
    cacheMode: row.cacheMode as CacheMode,
    cacheBudgetBytes: row.cacheBudgetBytes === null ? null : Number(row.cacheBudgetBytes),
    buildArgs: row.buildArgs as Record<string, string>,
    namedContexts: row.namedContexts as Record<string, string>,
    definition: row.definition as unknown as BuildDefinition | null,
    limits: storedLimits(row.limits),
    hasGitCredentials: gitCredentials !== null,
    gitCredentialsOrigin: gitCredentials && gitCredentialsOrigin,
  };
}
