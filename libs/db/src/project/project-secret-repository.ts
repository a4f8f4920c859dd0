import type { Actor } from '../account/actor.js';
import { writeAudit } from '../audit/write-audit.js';
import type { Database, Queryable } from '../database.js';
import { newId } from '../new-id.js';
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

  /** Adds a secret or replaces its value. Null when the project has as many secrets as it may have. */
  async put(place: ProjectPlace, name: string, sealed: Uint8Array, actor: Actor): Promise<ProjectSecretRecord | null> {
    const { projectId } = place;
    return this.db.transaction(async (tx) => {
      await lockProject(tx, projectId);
      const others = await tx.projectSecret.count({ where: { projectId, NOT: { name } } });
      if (others >= maxProjectSecrets) return null;
      const value = Buffer.from(sealed);
      const row = await tx.projectSecret.upsert({
        where: { projectId_name: { projectId, name } },
        create: { id: newId(), projectId, name, sealed: value },
        update: { sealed: value },
        select: { name: true, createdAt: true, updatedAt: true },
      });
      await audit(tx, actor, place, 'secret.put', 'secret', name);
      return row;
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

  /** Null when the project has as many credentials as it may have. */
  async putCredential(
    place: ProjectPlace,
    credential: { readonly host: string; readonly username: string; readonly sealed: Uint8Array },
    actor: Actor,
  ): Promise<RegistryCredentialRecord | null> {
    const { projectId } = place;
    const { host, username } = credential;
    return this.db.transaction(async (tx) => {
      await lockProject(tx, projectId);
      const others = await tx.registryCredential.count({ where: { projectId, NOT: { host } } });
      if (others >= maxRegistryCredentials) return null;
      const values = { username, sealed: Buffer.from(credential.sealed) };
      const row = await tx.registryCredential.upsert({
        where: { projectId_host: { projectId, host } },
        create: { ...values, id: newId(), projectId, host },
        update: values,
        select: { host: true, username: true, updatedAt: true },
      });
      await audit(tx, actor, place, 'registry-credential.put', 'registry-credential', host);
      return row;
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

/** Writers of one project's secrets wait for each other, so that the bound holds. */
async function lockProject(tx: Queryable, projectId: string): Promise<void> {
  await tx.$queryRaw`SELECT id FROM project WHERE id = ${projectId}::uuid FOR UPDATE`;
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
