import type { BuildLeftover, BuildProject, ProjectRemoval, PublishRepository } from '@cooperage/db';
import {
  cacheReference,
  type Digest,
  projectRepository,
  type RepositoryName,
  stagingRepository,
} from '@cooperage/domain';
import { inParallel, isRegistryError } from '@cooperage/oci';
import type { Logger } from '@cooperage/telemetry';
import type { PublisherSession } from '../publish/publisher-session.js';

const parallelDeletes = 8;

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
  }

  private async emptyOwn(session: PublisherSession, project: BuildProject): Promise<void> {
    const repository = projectRepository(project.organizationSlug, project.slug);
    const [images, artifacts, tagged] = await Promise.all([
      this.publishes.digestsOfProject(project.id),
      this.removal.artifactDigests(project.id),
      this.taggedIn(session, repository),
    ]);
    await this.delete(session, repository, [...images, ...artifacts, ...tagged]);
  }

  private async emptyLeftovers(
    session: PublisherSession,
    projectId: string,
    leftovers: readonly BuildLeftover[],
  ): Promise<void> {
    const byZone = Map.groupBy(leftovers, ({ zone }) => zone);
    for (const [zone, builds] of byZone)
      await this.delete(
        session,
        stagingRepository(projectId, zone),
        builds.flatMap(({ digest }) => digest ?? []),
      );
    const caches = leftovers.map(
      ({ zone, ref, platform }) => cacheReference(projectId, zone, ref, platform).repository,
    );
    for (const cache of new Set(caches)) await this.delete(session, cache, await this.taggedIn(session, cache));
  }

  /** A repository that never was lists no tags. */
  private async taggedIn(session: PublisherSession, repository: RepositoryName): Promise<string[]> {
    const { signal } = session;
    const digests: string[] = [];
    for await (const tag of session.registry.tags.list(repository, { signal })) {
      const found = await session.registry.manifests.head(repository, tag, { signal });
      if (found) digests.push(found.digest);
    }
    return digests;
  }

  /** Deleting a manifest removes every tag that points to it. */
  private async delete(
    session: PublisherSession,
    repository: RepositoryName,
    digests: readonly string[],
  ): Promise<void> {
    await inParallel([...new Set(digests)], parallelDeletes, async (digest) => {
      try {
        await session.registry.manifests.delete(repository, digest as Digest, { signal: session.signal });
      } catch (error) {
        this.passOver(error, repository);
      }
    });
  }

  /** What is not there needs no deletion, and a registry that deletes nothing must not keep the project for ever. */
  private passOver(error: unknown, repository: RepositoryName): void {
    if (isRegistryError(error, 'not_found')) return;
    if (!isRegistryError(error, 'rejected')) throw error;
    this.logger.warn({ err: error, repository }, 'the registry does not delete images; an operator has to');
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
