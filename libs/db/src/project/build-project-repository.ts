import type { BuildCeilings } from '@cooperage/domain';
import type { Database } from '../database.js';

export interface SealedSecret {
  readonly name: string;
  readonly sealed: Uint8Array;
}

export interface BuildProject {
  readonly id: string;
  readonly slug: string;
  readonly organizationSlug: string;
  readonly remoteUrl: string;
  readonly gitCredentials: Uint8Array | null;
  readonly defaultBranch: string | null;
  readonly deletedAt: Date | null;
  /** The most that one of its builds may have; null where nobody has said. */
  readonly ceilings: BuildCeilings;
}

/** What builder and control read of a project. Values are sealed; whoever holds `ENCRYPTION_KEY` opens them. */
const uuid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

export class BuildProjectRepository {
  constructor(private readonly db: Database) {}

  async find(projectId: string): Promise<BuildProject | null> {
    const [row] = await this.db.prisma.$queryRaw<BuildProject[]>`
      SELECT p.id::text, p.slug, o.slug AS "organizationSlug", p.remote_url AS "remoteUrl", git_credentials_of(p.id) AS "gitCredentials",
        p.default_branch AS "defaultBranch", p.deleted_at AS "deletedAt",
        jsonb_build_object('cpus', coalesce(q.cpus, d.cpus), 'memoryBytes', coalesce(q.memory_bytes, d.memory_bytes),
          'pids', coalesce(q.pids, d.pids), 'diskBytes', coalesce(q.disk_bytes, d.disk_bytes)) AS ceilings
      FROM project p JOIN organization o ON o.id = p.organization_id
        LEFT JOIN quota q ON q.scope = p.organization_id LEFT JOIN quota d ON d.scope = 'installation'
      WHERE p.id = ${projectId}::uuid`;
    return row ?? null;
  }

  /** Organizations of those projects that are there and not being deleted, by the project's id. What is no id is none. */
  async owners(projectIds: readonly string[]): Promise<Map<string, string>> {
    const ids = projectIds.filter((id) => uuid.test(id));
    const rows = await this.db.prisma.$queryRaw<{ id: string; owner: string }[]>`
      SELECT id::text, organization_id::text AS owner FROM project WHERE id = ANY (${ids}::uuid[]) AND deleted_at IS NULL`;
    return new Map(rows.map(({ id, owner }) => [id, owner]));
  }

  /** Whether there is something that a build of strangers' code is not given: a builder of such a build does not see it. */
  async hasSecrets(projectId: string): Promise<boolean> {
    const [row] = await this.db.prisma.$queryRaw<[{ has: boolean }]>`SELECT has_secrets(${projectId}::uuid) AS has`;
    return row.has;
  }

  async secrets(projectId: string): Promise<SealedSecret[]> {
    return this.db.prisma.projectSecret.findMany({
      where: { projectId },
      select: { name: true, sealed: true },
      orderBy: { name: 'asc' },
    });
  }

  async registryCredentials(projectId: string): Promise<{ host: string; username: string; sealed: Uint8Array }[]> {
    return this.db.prisma.registryCredential.findMany({
      where: { projectId },
      select: { host: true, username: true, sealed: true },
    });
  }
}
