import { credentialOrigin } from '@cooperage/domain';
import type { Actor } from '../account/actor.js';
import { writeAudit } from '../audit/write-audit.js';
import { toJson } from '../build/build-mapping.js';
import { type Database, isUniqueViolation, type Queryable } from '../database.js';
import { Prisma } from '../generated/client.js';
import { promise } from '../outbox/outbox-repository.js';
import { type KeysetPage, type KeysetQuery, toPage } from '../page.js';
import { lockProject } from './lock-project.js';
import { createProjectIn, jsonOrNull, type NewProject, type ProjectCreation, subject } from './project-creation.js';
import { type ProjectRecord, type ProjectSettings, projectColumns, toProjectRecord } from './project-record.js';
import { type ProjectSummaryRecord, summaryProjectColumns, toProjectSummary } from './project-summary.js';

export interface ChangedProject {
  readonly project: ProjectRecord;
  /** The new clone address has another origin, so the credentials of the git host were dropped. */
  readonly gitCredentialsRemoved: boolean;
}

export interface SealedGitCredentials {
  readonly sealed: Uint8Array;
  /** Scheme, host and port that they were sealed for. */
  readonly origin: string;
  readonly kind: string;
}

/** `moved`: the clone address has another origin by now than the one that the credentials were sealed for. */
export type SetOutcome = 'set' | 'gone' | 'moved';

const noGitCredentials = { gitCredentials: null, gitCredentialsOrigin: null } as const;

/** Projects as people see and change them. Every read is bounded to organizations; deleted projects are not there. */
export class ProjectRepository {
  constructor(private readonly db: Database) {}

  async find(id: string, organizationIds: readonly string[]): Promise<ProjectRecord | null> {
    return this.findWhere({ id, organizationId: { in: [...organizationIds] } });
  }

  async findBySlug(
    organizationSlug: string,
    slug: string,
    organizationIds: readonly string[],
  ): Promise<ProjectRecord | null> {
    return this.findWhere({
      slug,
      organization: { slug: organizationSlug },
      organizationId: { in: [...organizationIds] },
    });
  }

  /** Newest first, without their settings. */
  async list(organizationIds: readonly string[], query: KeysetQuery): Promise<KeysetPage<ProjectSummaryRecord>> {
    const rows = await this.db.prisma.project.findMany({
      where: {
        organizationId: { in: [...organizationIds] },
        deletedAt: null,
        ...(query.after && { id: { lt: query.after } }),
      },
      select: summaryProjectColumns,
      orderBy: { id: 'desc' },
      take: query.limit + 1,
    });
    return toPage(rows, query.limit, (row) => row.id, toProjectSummary);
  }

  /** The project with its first rules and hook secret, and the promise of a signing key. */
  async create(project: NewProject, actor: Actor): Promise<ProjectCreation> {
    try {
      return await this.db.transaction((tx) => createProjectIn(tx, project, actor));
    } catch (error) {
      if (isUniqueViolation(error)) return { ok: false, reason: 'conflict' };
      throw error;
    }
  }

  /**
   * Changes what is given and leaves the rest. A clone address of another origin drops the credentials of the git host in the
   * same statement. Null when there is no such project.
   */
  async update(id: string, changes: Partial<ProjectSettings>, actor: Actor): Promise<ChangedProject | null> {
    return this.db.transaction(async (tx) => {
      const before = await lock(tx, id);
      if (!before) return null;
      const moves = changes.remoteUrl !== undefined && changes.remoteUrl !== before.remoteUrl;
      const gitCredentialsRemoved = movesAway(before, changes.remoteUrl);
      const data = {
        ...settingsData(changes),
        // At another address may be another repository: its id and its default branch are learned anew.
        ...(moves && { repositoryKey: null, defaultBranch: null }),
        ...(gitCredentialsRemoved && noGitCredentials),
      };
      const row = await tx.project.update({ where: { id }, data, select: projectColumns });
      const difference = differenceOf(before, changes, gitCredentialsRemoved);
      await writeAudit(tx, actor, { ...subject(before), action: 'project.change', ...difference });
      return { project: toProjectRecord(row), gitCredentialsRemoved };
    });
  }

  /** Sets credentials of the git host, or removes them with null. They belong to one origin. */
  async setGitCredentials(id: string, value: SealedGitCredentials | null, actor: Actor): Promise<SetOutcome> {
    return this.db.transaction(async (tx) => {
      const before = await lock(tx, id);
      if (!before) return 'gone';
      if (value && value.origin !== credentialOrigin(before.remoteUrl)) return 'moved';
      const data = value
        ? { gitCredentials: Buffer.from(value.sealed), gitCredentialsOrigin: value.origin }
        : noGitCredentials;
      await tx.project.update({ where: { id }, data });
      const after = { kind: value?.kind ?? null, origin: value?.origin ?? null };
      await writeAudit(tx, actor, { ...subject(before), action: 'project.git-credentials', after });
      return 'set';
    });
  }

  /** Forgets the git host's own id of the repository: the next call that names the address is believed. False when it is gone. */
  async forgetRepositoryKey(id: string, actor: Actor): Promise<boolean> {
    return this.db.transaction(async (tx) => {
      const before = await lock(tx, id);
      if (!before) return false;
      const { repositoryKey } = before;
      await tx.project.update({ where: { id }, data: { repositoryKey: null } });
      const difference = { before: { repositoryKey }, after: { repositoryKey: null } };
      await writeAudit(tx, actor, { ...subject(before), action: 'project.repository-id', ...difference });
      return true;
    });
  }

  /** For administrators of the installation, who are in no organization by that. */
  async findAnywhere(id: string): Promise<ProjectRecord | null> {
    return this.findWhere({ id });
  }

  /**
   * Takes the project out of sight and promises its removal. False when somebody else was first.
   * @param alsoInstallation an administrator of the installation does it, in whose audit it is written too
   */
  async markDeleted(id: string, actor: Actor, alsoInstallation = false): Promise<boolean> {
    return this.db.transaction(async (tx) => {
      const before = await lock(tx, id);
      if (!before) return false;
      await tx.project.update({ where: { id }, data: { deletedAt: new Date() } });
      await promise(tx, 'delete-project', id, id);
      await writeAudit(tx, actor, {
        ...subject(before),
        ...{ action: 'project.delete', alsoInstallation },
        before: { slug: before.slug, remoteUrl: before.remoteUrl },
      });
      return true;
    });
  }

  private async findWhere(where: Prisma.ProjectWhereInput): Promise<ProjectRecord | null> {
    const row = await this.db.prisma.project.findFirst({
      where: { ...where, deletedAt: null },
      select: projectColumns,
    });
    return row && toProjectRecord(row);
  }
}

async function lock(tx: Queryable, id: string): Promise<ProjectRecord | null> {
  await lockProject(tx, id);
  const row = await tx.project.findFirst({ where: { id, deletedAt: null }, select: projectColumns });
  return row && toProjectRecord(row);
}

function settingsData(changes: Partial<ProjectSettings>): Prisma.ProjectUpdateInput {
  const { buildArgs, namedContexts, protectedBranches, protectedTags, definition, limits, ...columns } = changes;
  return {
    ...columns,
    ...(buildArgs && { buildArgs: { ...buildArgs } }),
    ...(namedContexts && { namedContexts: { ...namedContexts } }),
    ...(protectedBranches && { protectedBranches: [...protectedBranches] }),
    ...(protectedTags && { protectedTags: [...protectedTags] }),
    ...(definition !== undefined && { definition: jsonOrNull(definition) }),
    ...(limits && { limits: toJson(limits) }),
  };
}

function movesAway(before: ProjectRecord, remoteUrl: string | undefined): boolean {
  return (
    before.hasGitCredentials && remoteUrl !== undefined && before.gitCredentialsOrigin !== credentialOrigin(remoteUrl)
  );
}

/** Only the settings that were sent, before and after, and credentials that went with the old address. */
function differenceOf(before: ProjectRecord, changes: Partial<ProjectSettings>, gitCredentialsRemoved: boolean) {
  const names = Object.keys(changes) as (keyof ProjectSettings)[];
  const old = Object.fromEntries(names.map((name) => [name, before[name]]));
  if (!gitCredentialsRemoved) return { before: old, after: changes };
  return {
    before: { ...old, gitCredentialsOrigin: before.gitCredentialsOrigin },
    after: { ...changes, gitCredentialsOrigin: null },
  };
}
