import type { BuildLeftover, BuildProject, ProjectRemoval, PublishRepository } from '@cooperage/db';
import { cacheReference, type Digest, projectRepository, stagingRepository } from '@cooperage/domain';
import type { Logger } from '@cooperage/telemetry';
import { deleteManifests, taggedIn } from '../publish/delete-manifests.js';
import type { PublisherSession } from '../publish/publisher-session.js';

/** Removes all that a project has in the registry: images, tags, referrers, what builds staged, and caches. */
export class EmptyRepositories {
  constructor(
    private readonly removal: ProjectRemoval,
    private readonly publishes: PublishRepository,
    private readonly logger: Logger,
  ) {}

  /** @throws {RegistryError} `unavailable`, `denied`; all of it can be repeated */
  async empty(session: PublisherSession, project: BuildProject): Promise<void> {
    await this.emptyOwn(session, project);
    for await (const leftovers of this.pages(project.id)) await this.emptyLeftovers(session, project.id, leftovers);
    const staged = Map.groupBy(await this.removal.staged(project.id), ({ zone }) => zone);
    for (const [zone, each] of staged) {
      const digests = each.map(({ digest }) => digest as Digest);
      await deleteManifests(session, stagingRepository(project.id, zone), digests, this.logger);
    }
  }

  private async emptyOwn(session: PublisherSession, project: BuildProject): Promise<void> {
    const repository = projectRepository(project.organizationSlug, project.slug);
    const [images, artifacts, tagged] = await Promise.all([
      this.publishes.digestsOfProject(project.id),
      this.removal.artifactDigests(project.id),
      taggedIn(session, repository),
    ]);
    await deleteManifests(session, repository, [...images, ...artifacts, ...tagged] as Digest[], this.logger);
  }

  private async emptyLeftovers(
    session: PublisherSession,
    projectId: string,
    leftovers: readonly BuildLeftover[],
  ): Promise<void> {
    const byZone = Map.groupBy(leftovers, ({ zone }) => zone);
    for (const [zone, builds] of byZone)
      await deleteManifests(
        session,
        stagingRepository(projectId, zone),
        builds.flatMap(({ digest }) => (digest as Digest | null) ?? []),
        this.logger,
      );
    const caches = leftovers.map((place) => cacheReference(projectId, place).repository);
    for (const cache of new Set(caches))
      await deleteManifests(session, cache, await taggedIn(session, cache), this.logger);
  }

  private async *pages(projectId: string): AsyncGenerator<BuildLeftover[]> {
    let after: string | null = null;
    for (;;) {
      const page: BuildLeftover[] = await this.removal.leftovers(projectId, after);
      if (page.length === 0) return;
      yield page;
      after = page.at(-1)!.buildId;
    }
  }
}
