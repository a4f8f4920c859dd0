import { writeAudit } from '../audit/write-audit.js';
import type { Database, Queryable } from '../database.js';
import { channels } from '../listen/channels.js';
import { promise } from '../outbox/outbox-repository.js';
import { type KeysetPage, type KeysetQuery, toPage } from '../page.js';
import type { Actor } from './actor.js';

/** An organization as an administrator of the installation sees it, member of it or not. */
export interface OrganizationOverview {
  readonly id: string;
  readonly slug: string;
  readonly name: string;
  readonly createdAt: Date;
  /** The trusted builders are its own. */
  readonly isHome: boolean;
  readonly suspendedAt: Date | null;
  readonly suspendedBy: string | null;
  /** It is being deleted, until the last of its projects has gone. */
  readonly deletedAt: Date | null;
  readonly members: number;
  readonly projects: number;
  readonly runningBuilds: number;
  readonly waitingBuilds: number;
}

export interface AdministeredProject {
  readonly id: string;
  readonly slug: string;
  readonly name: string;
  readonly createdAt: Date;
  readonly deletedAt: Date | null;
  readonly runningBuilds: number;
  readonly waitingBuilds: number;
}

/** A build that has not ended. */
export interface AdministeredBuild {
  readonly id: string;
  readonly number: number;
  readonly projectSlug: string;
  readonly status: string;
  readonly queuedAt: Date;
}

export type RemovalOutcome = { readonly ok: true } | { readonly ok: false; readonly reason: 'not_found' | 'home' };

const open = ['queued', 'running', 'canceling', 'awaiting_approval'];
/** Most rows of each list of one organization. */
const most = 200;

/** What administrators of the installation do with organizations, each act in the installation's audit. */
export class OrganizationAdministration {
  constructor(private readonly db: Database) {}

  async list(query: KeysetQuery): Promise<KeysetPage<OrganizationOverview>> {
    const rows = await this.read(query.after, query.limit + 1, null);
    return toPage(
      rows,
      query.limit,
      ({ id }) => id,
      (row) => row,
    );
  }

  /** @param name id or slug */
  async find(name: string): Promise<OrganizationOverview | null> {
    return (await this.read(null, 1, name))[0] ?? null;
  }

  async projects(organizationId: string): Promise<AdministeredProject[]> {
    return this.db.prisma.$queryRaw<AdministeredProject[]>`
      SELECT p.id::text, p.slug, p.name, p.created_at AS "createdAt", p.deleted_at AS "deletedAt",
        (SELECT count(*) FROM build b WHERE b.project_id = p.id AND b.status IN ('running', 'canceling'))::int AS "runningBuilds",
        (SELECT count(*) FROM build b WHERE b.project_id = p.id AND b.status = 'queued')::int AS "waitingBuilds"
      FROM project p WHERE p.organization_id = ${organizationId} ORDER BY p.slug LIMIT ${most}`;
  }

  async openBuilds(organizationId: string): Promise<AdministeredBuild[]> {
    return this.db.prisma.$queryRaw<AdministeredBuild[]>`
      SELECT b.id::text, b.number, p.slug AS "projectSlug", b.status, b.queued_at AS "queuedAt"
      FROM build b JOIN project p ON p.id = b.project_id
      WHERE b.organization_id = ${organizationId} AND b.status = ANY(${open}) ORDER BY b.id LIMIT ${most}`;
  }

  /**
   * Lets no further build of it begin. What runs is the caller's to cancel.
   * @returns ids of builds that have begun; null where there is no such organization
   */
  async suspend(organizationId: string, comment: string, actor: Actor): Promise<string[] | null> {
    return this.db.transaction(async (tx) => {
      const before = await lock(tx, organizationId);
      if (!before) return null;
      const suspended = {
        suspendedAt: before.suspendedAt ?? new Date(),
        suspendedBy: before.suspendedBy ?? actor.name,
      };
      await tx.organization.update({ where: { id: organizationId }, data: suspended });
      const running = await tx.build.findMany({
        where: { organizationId, status: { in: ['running', 'canceling'] } },
        select: { id: true },
      });
      await audit(tx, actor, organizationId, 'organization.suspend', { after: { comment } });
      return running.map(({ id }) => id);
    });
  }

  /** False where there is no such organization. */
  async resume(organizationId: string, actor: Actor): Promise<boolean> {
    return this.db.transaction(async (tx) => {
      const before = await lock(tx, organizationId);
      if (!before) return false;
      await tx.organization.update({ where: { id: organizationId }, data: { suspendedAt: null, suspendedBy: null } });
      await tx.$executeRaw`SELECT pg_notify(${channels.dispatch}, '')`;
      await audit(tx, actor, organizationId, 'organization.resume', { before: { suspendedBy: before.suspendedBy } });
      return true;
    });
  }

  /**
   * Takes it from its members at once and promises the removal of each of its projects. Its own row goes with the last of
   * them. The home organization stays: the trusted builders hold its results.
   */
  async remove(organizationId: string, actor: Actor): Promise<RemovalOutcome> {
    return this.db.transaction(async (tx): Promise<RemovalOutcome> => {
      const before = await lock(tx, organizationId);
      if (!before) return { ok: false, reason: 'not_found' };
      if (await tx.installation.findFirst({ where: { homeOrganizationId: organizationId } }))
        return { ok: false, reason: 'home' };
      const now = new Date();
      await tx.organization.update({
        where: { id: organizationId },
        data: { deletedAt: now, suspendedAt: now, suspendedBy: actor.name },
      });
      await tx.member.deleteMany({ where: { organizationId } });
      await tx.invitation.deleteMany({ where: { organizationId } });
      await tx.apiToken.updateMany({ where: { organizationId, revokedAt: null }, data: { revokedAt: now } });
      const projects = await tx.project.findMany({ where: { organizationId, deletedAt: null }, select: { id: true } });
      await tx.project.updateMany({ where: { organizationId, deletedAt: null }, data: { deletedAt: now } });
      for (const { id } of projects) await promise(tx, 'delete-project', id, id);
      await audit(tx, actor, organizationId, 'organization.delete', {
        before: { slug: before.slug, name: before.name, projects: projects.length },
      });
      await removeEmptied(tx, before.slug);
      return { ok: true };
    });
  }

  /** Ends those that were deleted and whose last project has gone. */
  async removeExpired(): Promise<void> {
    await removeEmptied(this.db.prisma, null);
  }

  private async read(after: string | null, limit: number, name: string | null): Promise<OrganizationOverview[]> {
    return this.db.prisma.$queryRaw<OrganizationOverview[]>`
      SELECT o.id, o.slug, o.name, o."createdAt", o.suspended_at AS "suspendedAt", o.suspended_by AS "suspendedBy",
        o.deleted_at AS "deletedAt", EXISTS (SELECT 1 FROM installation i WHERE i.home_organization_id = o.id) AS "isHome",
        (SELECT count(*) FROM member m WHERE m."organizationId" = o.id)::int AS members,
        (SELECT count(*) FROM project p WHERE p.organization_id = o.id AND p.deleted_at IS NULL)::int AS projects,
        (SELECT count(*) FROM build b WHERE b.organization_id = o.id AND b.status IN ('running', 'canceling'))::int AS "runningBuilds",
        (SELECT count(*) FROM build b WHERE b.organization_id = o.id AND b.status = 'queued')::int AS "waitingBuilds"
      FROM organization o
      WHERE (${name}::text IS NULL OR o.id = ${name} OR o.slug = ${name}) AND (${after}::text IS NULL OR o.id < ${after})
        AND (o.deleted_at IS NULL OR EXISTS (SELECT 1 FROM project p WHERE p.organization_id = o.id))
      ORDER BY o.id = ${name} DESC NULLS LAST, o.id DESC LIMIT ${limit}`;
  }
}

/**
 * Removes the rows of deleted organizations that have no project any more.
 * @param slug of one of them; null for all
 * @internal
 */
export async function removeEmptied(tx: Queryable, slug: string | null): Promise<void> {
  await tx.$executeRaw`
    WITH gone AS (
      DELETE FROM organization o WHERE o.deleted_at IS NOT NULL AND (${slug}::text IS NULL OR o.slug = ${slug})
        AND NOT EXISTS (SELECT 1 FROM project p WHERE p.organization_id = o.id) RETURNING o.id
    )
    DELETE FROM quota q USING gone WHERE q.scope = gone.id`;
}

async function lock(tx: Queryable, organizationId: string) {
  await tx.$queryRaw`SELECT id FROM organization WHERE id = ${organizationId} FOR UPDATE`;
  return tx.organization.findFirst({
    where: { id: organizationId, deletedAt: null },
    select: { slug: true, name: true, suspendedAt: true, suspendedBy: true },
  });
}

/** In the audit of the organization, for its members, and in that of the installation, which is left when it has gone. */
async function audit(
  tx: Queryable,
  actor: Actor,
  organizationId: string,
  action: string,
  change: { readonly before?: object; readonly after?: object },
): Promise<void> {
  const facts = { organizationId, action, subjectKind: 'organization', subjectId: organizationId, ...change };
  await writeAudit(tx, actor, { ...facts, alsoInstallation: true });
}
