import type { Digest, RepositoryName } from '@cooperage/domain';
import { inParallel, isRegistryError } from '@cooperage/oci';
import type { Logger } from '@cooperage/telemetry';
import type { PublisherSession } from './publisher-session.js';

const parallelDeletes = 8;
const parallelLooks = 16;
const tagsAtOnce = 500;

/** Suffixes of the tags by which a registry without a referrers API finds what belongs to an image; '' is OCI's own. */
const attachedSuffixes = ['', '.sig', '.att', '.sbom'];

/**
 * Names of all tags; a repository that never was has none.
 * @throws {RegistryError} `invalid` with the code `TOO_LARGE` where there are more than anybody reads
 */
export async function tagsIn({ registry, signal }: PublisherSession, repository: RepositoryName): Promise<string[]> {
  const tags: string[] = [];
  for await (const tag of registry.tags.list(repository, { signal })) tags.push(tag);
  return tags;
}

/**
 * What some tags point to, 500 at a time. Who deletes one page before the next is asked for has less to do when an error or its limit
 * makes it begin again: with a manifest go its tags.
 * @throws {RegistryError}
 */
export async function* tagged(
  { registry, signal }: PublisherSession,
  repository: RepositoryName,
  tags: readonly string[],
): AsyncGenerator<Digest[]> {
  for (let at = 0; at < tags.length; at += tagsAtOnce) {
    const page = tags.slice(at, at + tagsAtOnce);
    const found = await inParallel(page, parallelLooks, (tag) => registry.manifests.head(repository, tag, { signal }));
    yield [...new Set(found.flatMap((each) => each?.digest ?? []))];
  }
}

/** Digests of what is attached to an image by tags. @throws {RegistryError} */
export async function taggedFor(
  { registry, signal }: PublisherSession,
  repository: RepositoryName,
  image: Digest,
): Promise<Digest[]> {
  const attached: Digest[] = [];
  for (const suffix of attachedSuffixes) {
    const found = await registry.manifests.head(repository, `${image.replace(':', '-')}${suffix}`, { signal });
    if (found) attached.push(found.digest);
  }
  return attached;
}

/** Digests of all that is attached to an image, by tags or as referrers. @throws {RegistryError} */
export async function allAttachedTo(
  session: PublisherSession,
  repository: RepositoryName,
  image: Digest,
): Promise<Digest[]> {
  const { registry, signal } = session;
  const listed = await registry.referrers.list(repository, image, { signal });
  const attached = await taggedFor(session, repository, image);
  return [...listed.map(({ digest }) => digest), ...attached];
}

/**
 * Deletes manifests, and with each every tag that points to it. What is not there needs no deletion, and a registry that
 * deletes nothing must not keep its callers for ever. @returns how many are gone
 * @throws {RegistryError} `unavailable`, `denied`; all of it can be repeated
 */
export function deleteManifests(
  session: PublisherSession,
  repository: RepositoryName,
  digests: Iterable<Digest>,
  logger: Logger,
): Promise<number> {
  const { registry, signal } = session;
  return deleteEach(digests, (digest) => registry.manifests.delete(repository, digest, { signal }), repository, logger);
}

/** As `deleteManifests`, of configs and layers: the repository serves them no more, also to those who know their digests. */
export function deleteBlobs(
  session: PublisherSession,
  repository: RepositoryName,
  digests: Iterable<Digest>,
  logger: Logger,
): Promise<number> {
  const { registry, signal } = session;
  return deleteEach(digests, (digest) => registry.blobs.delete(repository, digest, { signal }), repository, logger);
}

async function deleteEach(
  digests: Iterable<Digest>,
  remove: (digest: Digest) => Promise<void>,
  repository: RepositoryName,
  logger: Logger,
): Promise<number> {
  let gone = 0;
  await inParallel([...new Set(digests)], parallelDeletes, async (digest) => {
    try {
      await remove(digest);
    } catch (error) {
      if (isRegistryError(error, 'rejected')) {
        logger.warn({ err: error, repository }, 'the registry does not delete images; an operator has to');
        return;
      }
      if (!isRegistryError(error, 'not_found')) throw error;
    }
    gone += 1;
  });
  return gone;
}
