import type { Actor } from '../account/actor.js';
import { writeAudit } from '../audit/write-audit.js';
import type { Database, Queryable } from '../database.js';
import { lockProject } from './lock-project.js';
import type { ProjectPlace } from './rule-repository.js';

export interface HookSecretRecord {
  readonly id: string;
  readonly prefix: string;
  readonly createdAt: Date;
  readonly lastUsedAt: Date | null;
}

/** The id is the caller's: the sealed bytes are bound to it. */
export interface NewHookSecret {
  readonly id: string;
  readonly sealed: Uint8Array;
  readonly prefix: string;
}

/** What intake needs to judge a call. */
export interface SealedHookTarget {
  readonly organizationSlug: string;
  readonly projectSlug: string;
  readonly secrets: readonly { readonly id: string; readonly sealed: Uint8Array }[];
}

const columns = { id: true, prefix: true, createdAt: true, lastUsedAt: true } as const;
/** Enough for any rotation; more would only make a wrong signature dearer to refuse. */
export const maxHookSecrets = 10;

/** Secrets that forges sign with. All of a project's secrets are valid at once, until they are removed. */
export class HookSecretRepository {
  constructor(private readonly db: Database) {}

  async list(projectId: string): Promise<HookSecretRecord[]> {
    return this.db.prisma.hookSecret.findMany({ where: { projectId }, select: columns, orderBy: { id: 'desc' } });
  }

  /** The names and sealed secrets of a project; null when there is none, or it is deleted. */
  async hookTarget(projectId: string): Promise<SealedHookTarget | null> {
    const project = await this.db.prisma.project.findFirst({
      where: { id: projectId, deletedAt: null },
      select: {
        slug: true,
        organization: { select: { slug: true } },
        hookSecrets: { select: { id: true, sealed: true }, orderBy: { id: 'desc' } },
      },
    });
    if (!project) return null;
    return { organizationSlug: project.organization.slug, projectSlug: project.slug, secrets: project.hookSecrets };
  }

  /** Null when the project has as many secrets as it may have. */
  async add(place: ProjectPlace, secret: NewHookSecret, actor: Actor): Promise<HookSecretRecord | null> {
    return this.db.transaction(async (tx) => {
      await lockProject(tx, place.projectId);
      if ((await tx.hookSecret.count({ where: { projectId: place.projectId } })) >= maxHookSecrets) return null;
      const row = await insertHookSecret(tx, place.projectId, secret);
      await auditSecret(tx, actor, place, secret.id, 'hook-secret.create', { prefix: secret.prefix });
      return row;
    });
  }

  /** False when there is no such secret. */
  async remove(place: ProjectPlace, id: string, actor: Actor): Promise<boolean> {
    return this.db.transaction(async (tx) => {
      const { count } = await tx.hookSecret.deleteMany({ where: { id, projectId: place.projectId } });
      if (count > 0) await auditSecret(tx, actor, place, id, 'hook-secret.delete');
      return count > 0;
    });
  }

  /** Notes that a secret proved a call, once a minute at most. */
  async used(id: string): Promise<void> {
    await this.db.prisma.$executeRaw`
      UPDATE hook_secret SET last_used_at = now()
      WHERE id = ${id}::uuid AND (last_used_at IS NULL OR last_used_at < now() - interval '1 minute')`;
  }
}

/** @internal */
export async function insertHookSecret(
  tx: Queryable,
  projectId: string,
  secret: NewHookSecret,
): Promise<HookSecretRecord> {
  const data = { id: secret.id, projectId, sealed: Buffer.from(secret.sealed), prefix: secret.prefix };
  return tx.hookSecret.create({ data, select: columns });
}

async function auditSecret(
  tx: Queryable,
  actor: Actor,
  place: ProjectPlace,
  id: string,
  action: string,
  after: object = {},
): Promise<void> {
  await writeAudit(tx, actor, {
    organizationId: place.organizationId,
    action,
    subjectKind: 'hook-secret',
    subjectId: id,
    after: { projectId: place.projectId, ...after },
  });
}
