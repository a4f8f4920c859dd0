import { maxSecretBytes, sealedBoxOverheadBytes, sealedValueBytes } from '@cooperage/domain';
import type { Actor } from '../account/actor.js';
import { writeAudit } from '../audit/write-audit.js';
import type { Database, Queryable } from '../database.js';
import { newId } from '../new-id.js';
import { lockProject } from './lock-project.js';
import type { ProjectPlace } from './rule-repository.js';

export interface ProjectSecretRecord {
  readonly name: string;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

export interface RegistryCredentialRecord {
  readonly host: string;
  readonly username: string;
  readonly updatedAt: Date;
}

/** `too_many`: the project has as many as it may have. `too_large`: all of them together would be, bytes. */
export type NotStored =
  | { readonly ok: false; readonly reason: 'too_many' }
  | { readonly ok: false; readonly reason: 'too_large'; readonly bytes: number; readonly leftBytes: number };
type Stored<Record> = { readonly ok: true; readonly record: Record } | NotStored;

export const maxProjectSecrets = 100;
export const maxRegistryCredentials = 20;

/** Build secrets and registry credentials of a project, as people see them: names and times, never a value. */
export class ProjectSecretRepository {
  constructor(private readonly db: Database) {}

  async list(projectId: string): Promise<ProjectSecretRecord[]> {
    const select = { name: true, createdAt: true, updatedAt: true } as const;
    return this.db.prisma.projectSecret.findMany({ where: { projectId }, select, orderBy: { name: 'asc' } });
  }

  /** As they are stored: only to see whether one of them stands somewhere in the clear. */
  async sealed(projectId: string): Promise<{ readonly name: string; readonly sealed: Uint8Array }[]> {
    return this.db.prisma.projectSecret.findMany({ where: { projectId }, select: { name: true, sealed: true } });
  }

  /** Adds a secret or replaces its value. */
  async put(place: ProjectPlace, name: string, sealed: Uint8Array, actor: Actor): Promise<Stored<ProjectSecretRecord>> {
    const { projectId } = place;
    return this.db.transaction(async (tx) => {
      // Writers of one project's secrets wait for each other, so that the bound holds.
      await lockProject(tx, projectId);
      const others = await tx.projectSecret.count({ where: { projectId, NOT: { name } } });
      if (others >= maxProjectSecrets) return tooMany;
      const tooLarge = await sizeProblem(tx, projectId, sealed, { secret: name });
      if (tooLarge) return tooLarge;
      const value = Buffer.from(sealed);
      const row = await tx.projectSecret.upsert({
        where: { projectId_name: { projectId, name } },
        create: { id: newId(), projectId, name, sealed: value },
        update: { sealed: value },
        select: { name: true, createdAt: true, updatedAt: true },
      });
      await audit(tx, actor, place, 'secret.put', 'secret', name);
      return { ok: true, record: row };
    });
  }

  async remove(place: ProjectPlace, name: string, actor: Actor): Promise<boolean> {
    return this.db.transaction(async (tx) => {
      const { count } = await tx.projectSecret.deleteMany({ where: { projectId: place.projectId, name } });
      if (count > 0) await audit(tx, actor, place, 'secret.delete', 'secret', name);
      return count > 0;
    });
  }

  async listCredentials(projectId: string): Promise<RegistryCredentialRecord[]> {
    const select = { host: true, username: true, updatedAt: true } as const;
    return this.db.prisma.registryCredential.findMany({ where: { projectId }, select, orderBy: { host: 'asc' } });
  }

  async sealedCredential(
    projectId: string,
    host: string,
  ): Promise<{ readonly username: string; readonly sealed: Uint8Array } | null> {
    return this.db.prisma.registryCredential.findUnique({
      where: { projectId_host: { projectId, host } },
      select: { username: true, sealed: true },
    });
  }

  async putCredential(
    place: ProjectPlace,
    credential: { readonly host: string; readonly username: string; readonly sealed: Uint8Array },
    actor: Actor,
  ): Promise<Stored<RegistryCredentialRecord>> {
    const { projectId } = place;
    const { host, username } = credential;
    return this.db.transaction(async (tx) => {
      // Writers of one project's secrets wait for each other, so that the bound holds.
      await lockProject(tx, projectId);
      const others = await tx.registryCredential.count({ where: { projectId, NOT: { host } } });
      if (others >= maxRegistryCredentials) return tooMany;
      const tooLarge = await sizeProblem(tx, projectId, credential.sealed, { host });
      if (tooLarge) return tooLarge;
      const values = { username, sealed: Buffer.from(credential.sealed) };
      const row = await tx.registryCredential.upsert({
        where: { projectId_host: { projectId, host } },
        create: { ...values, id: newId(), projectId, host },
        update: values,
        select: { host: true, username: true, updatedAt: true },
      });
      await audit(tx, actor, place, 'registry-credential.put', 'registry-credential', host);
      return { ok: true, record: row };
    });
  }

  async removeCredential(place: ProjectPlace, host: string, actor: Actor): Promise<boolean> {
    return this.db.transaction(async (tx) => {
      const { count } = await tx.registryCredential.deleteMany({ where: { projectId: place.projectId, host } });
      if (count > 0) await audit(tx, actor, place, 'registry-credential.delete', 'registry-credential', host);
      return count > 0;
    });
  }
}

const tooMany: NotStored = { ok: false, reason: 'too_many' };

/** @param replaced what the value takes the place of, where there is such a row: it counts no more */
async function sizeProblem(
  tx: Queryable,
  projectId: string,
  sealed: Uint8Array,
  replaced: { readonly secret?: string; readonly host?: string },
): Promise<NotStored | null> {
  const [sum] = await tx.$queryRaw<[{ bytes: number }]>`
    SELECT coalesce(sum(greatest(octet_length(sealed) - ${sealedBoxOverheadBytes}::int, 0)), 0)::int AS bytes FROM (
      SELECT sealed FROM project_secret
      WHERE project_id = ${projectId}::uuid AND name IS DISTINCT FROM ${replaced.secret ?? null}
      UNION ALL
      SELECT sealed FROM registry_credential
      WHERE project_id = ${projectId}::uuid AND host IS DISTINCT FROM ${replaced.host ?? null}
    ) AS others`;
  const bytes = sealedValueBytes(sealed);
  const leftBytes = Math.max(0, maxSecretBytes - sum.bytes);
  return bytes <= leftBytes ? null : { ok: false, reason: 'too_large', bytes, leftBytes };
}

async function audit(
  tx: Queryable,
  actor: Actor,
  place: ProjectPlace,
  action: string,
  subjectKind: string,
  subjectId: string,
): Promise<void> {
  const after = { projectId: place.projectId };
  await writeAudit(tx, actor, { organizationId: place.organizationId, action, subjectKind, subjectId, after });
}
