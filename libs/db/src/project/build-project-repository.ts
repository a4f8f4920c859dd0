import { BuildRepository } from '../build/build-repository.js';
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
}

/** What builder and control read of a project. Values are sealed; whoever holds `ENCRYPTION_KEY` opens them. */
export class BuildProjectRepository {
  constructor(private readonly db: Database) {}

  async find(projectId: string): Promise<BuildProject | null> {
    const row = await this.db.prisma.project.findUnique({
      where: { id: projectId },
      include: { organization: { select: { slug: true } } },
    });
    return row && { ...row, organizationSlug: row.organization.slug };
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

  /** Cancels what is open of a deleted project; the number of builds that are still not over. */
  async cancelOpenBuilds(projectId: string): Promise<number> {
    const open = await this.db.prisma.build.findMany({ where: { projectId, finishedAt: null }, select: { id: true } });
    const builds = new BuildRepository(this.db);
    for (const { id } of open) await builds.requestCancel(id, 'the deletion of the project');
    return this.db.prisma.build.count({ where: { projectId, finishedAt: null } });
  }

  /** Removes the project's rows with all that hangs on them. */
  async remove(projectId: string): Promise<void> {
    await this.db.prisma.project.delete({ where: { id: projectId } });
  }
}
