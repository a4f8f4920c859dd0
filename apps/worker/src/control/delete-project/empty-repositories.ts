import type { BuildLeftover, BuildProject, ProjectRemoval, PublishRepository } from '@cooperage/db';
import {
  cacheReference,
  type Digest,
  isDigest,
  projectRepository,
  type RepositoryName,
  stagingRepository,
} from '@cooperage/domain';
import { inParallel, isRegistryError } from '@cooperage/oci';
import type { Logger } from '@cooperage/telemetry';
import { allAttachedTo, deleteBlobs, deleteManifests, tagged, taggedFor, tagsIn } from '../publish/delete-manifests.js';
import { contentOf, type ImageContent } from '../publish/image-content.js';
import type { PublisherSession } from '../publish/publisher-session.js';
import type { ReplacedCaches } from '../sweep-cache/replaced-caches.js';

/** Each deletes several blobs at a time. */
const parallelImages = 4;

/** Removes all that a project has in the registry: images, tags, referrers, what builds staged, and caches. */
export class EmptyRepositories {
  constructor(
    private readonly removal: ProjectRemoval,
    private readonly publishes: PublishRepository,
    private readonly replaced: Pick<ReplacedCaches, 'deleteAll'>,
    private readonly logger: Logger,
  ) {}

  /** @throws {RegistryError} `unavailable`, `denied`; all of it can be repeated */
  async empty(session: PublisherSession, project: BuildProject): Promise<void> {
    const gone = new Set<Digest>();
    await this.emptyOwn(session, project, gone);
    const mounted = await this.removal.mounted(project.id);
    await inParallel(mounted, parallelImages, (digest) => this.emptyPublished(session, project, digest, gone));
    for await (const leftovers of this.pages(project.id)) await this.emptyLeftovers(session, project, leftovers, gone);
    await this.replaced.deleteAll(session, project.id);
    const staged = Map.groupBy(await this.removal.staged(project.id), ({ zone }) => zone);
    for (const [zone, each] of staged) {
      const digests = each.map(({ digest }) => digest as Digest);
      await deleteManifests(session, stagingRepository(project.id, zone), digests, this.logger);
    }
  }

  /** @param gone blobs that are deleted with their images */
  private async emptyOwn(session: PublisherSession, project: BuildProject, gone: Set<Digest>): Promise<void> {
    const repository = projectRepository(project.organizationSlug, project.slug);
    const [images, artifacts, tags] = await Promise.all([
      this.publishes.digestsOfProject(project.id),
      this.removal.artifactDigests(project.id),
      this.tagsIn(session, repository),
    ]);
    const known = new Set([...images, ...artifacts] as Digest[]);
    // Else the tags lead to these: their rows do not.
    if (tags === null)
      await inParallel(images as Digest[], parallelImages, async (image) => {
        for (const each of await taggedFor(session, repository, image)) known.add(each);
      });
    const empty = (digests: readonly Digest[]) =>
      inParallel(digests, parallelImages, (digest) => this.emptyImage(session, repository, digest, gone));
    // The rows first: with their images most of the tags go.
    await empty([...known]);
    for await (const digests of tagged(session, repository, tags ?? [])) await empty(digests);
  }

  /** Null where there are more tags than anybody reads: what the rows know goes without them. */
  private async tagsIn(session: PublisherSession, repository: RepositoryName): Promise<string[] | null> {
    try {
      return await tagsIn(session, repository);
    } catch (error) {
      if (!isRegistryError(error, 'invalid') || error.code !== 'TOO_LARGE') throw error;
      this.logger.warn(
        { err: error, repository },
        'a deleted project has too many tags to list: what no row knows of stays in the registry',
      );
      return null;
    }
  }

  /**
   * An image with its layers and the manifests of its platforms. Else who gets the name of the repository next could pull them by their
   * digests. Its root goes last: it says what they are, should this have to be repeated.
   * @param gone blobs that other images had too, and that were deleted with them
   */
  private async emptyImage(
    session: PublisherSession,
    repository: RepositoryName,
    digest: Digest,
    gone: Set<Digest>,
  ): Promise<void> {
    const content = await this.contentOf(session, repository, digest);
    const blobs = [...content.blobs].filter((each) => !gone.has(each));
    await deleteBlobs(session, repository, blobs, this.logger);
    for (const each of blobs) gone.add(each);
    const children = [...content.manifests].filter((each) => each !== digest);
    await deleteManifests(session, repository, children, this.logger);
    await deleteManifests(session, repository, [digest], this.logger);
  }

  private async contentOf(
    session: PublisherSession,
    repository: RepositoryName,
    digest: Digest,
  ): Promise<Pick<ImageContent, 'manifests' | 'blobs'>> {
    try {
      return await contentOf(session, repository, digest);
    } catch (error) {
      if (!isRegistryError(error, 'invalid')) throw error;
      this.logger.warn(
        { err: error, repository, digest },
        'layers of a deleted project stay: a manifest cannot be read',
      );
      return { manifests: new Set(), blobs: new Set() };
    }
  }

  private async emptyLeftovers(
    session: PublisherSession,
    project: BuildProject,
    leftovers: readonly BuildLeftover[],
    gone: Set<Digest>,
  ): Promise<void> {
    const byZone = Map.groupBy(leftovers, ({ zone }) => zone);
    for (const [zone, builds] of byZone) {
      const digests = digestsOf(builds);
      await deleteManifests(session, stagingRepository(project.id, zone), digests, this.logger);
      await inParallel(digests, parallelImages, (digest) => this.emptyPublished(session, project, digest, gone));
    }
    const caches = leftovers.map((place) => cacheReference(project.id, place).repository);
    for (const cache of new Set(caches))
      for await (const digests of tagged(session, cache, (await this.tagsIn(session, cache)) ?? []))
        await deleteManifests(session, cache, digests, this.logger);
  }

  /** What a publication that ended before its gate has left: neither a row nor a tag leads to it (R21C-5). */
  private async emptyPublished(
    session: PublisherSession,
    project: BuildProject,
    digest: Digest,
    gone: Set<Digest>,
  ): Promise<void> {
    const repository = projectRepository(project.organizationSlug, project.slug);
    if (!(await session.registry.manifests.head(repository, digest, { signal: session.signal }))) return;
    await deleteManifests(session, repository, await allAttachedTo(session, repository, digest), this.logger);
    await this.emptyImage(session, repository, digest, gone);
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

/** A builder wrote them, so they need not be digests (R21C-3). */
function digestsOf(builds: readonly BuildLeftover[]): Digest[] {
  return [...new Set(builds.map(({ digest }) => digest).filter((digest) => digest !== null && isDigest(digest)))];
}
