import type { BuildProject, StagedLeftover, StagedRest } from '@cooperage/db';
import { type Digest, projectRepository, stagingRepository } from '@cooperage/domain';
import { type ImageParts, isRegistryError, readImageParts } from '@cooperage/oci';
import type { Logger } from '@cooperage/telemetry';
import { deleteManifests } from '../publish/delete-manifests.js';
import type { PublisherSession } from '../publish/publisher-session.js';

/** A registry that collects garbage does so now and then. */
const lookAgainMs = 6 * 3_600_000;
/** docker-registry keeps the beginning of an upload that was broken off: as deployed here for a day, looked at each hour. */
const uploadKeptMs = 26 * 3_600_000;

/**
 * Deletes what a build has staged and nobody has published.
 * @returns what the registry holds of it afterwards: docker-registry gives blobs up in its garbage collection and not before
 * @throws {RegistryError} `unavailable`, `denied`; all of it can be repeated
 */
export async function deleteStaged(
  session: PublisherSession,
  project: BuildProject,
  staged: StagedLeftover,
  logger: Logger,
): Promise<StagedRest> {
  const { digest, zone, notedAt, blobs } = staged;
  const repository = stagingRepository(project.id, zone);
  const parts = await partsOf(session, repository, digest);
  await deleteManifests(session, repository, [digest, ...(parts?.manifests ?? [])], logger);
  const brokenOff = new Date(notedAt.getTime() + uploadKeptMs);
  // Its push did not come to its end: parts of its blobs may lie where nobody can ask for them.
  if (!parts && blobs.length > 0 && brokenOff.getTime() > Date.now()) return { blobs, lookAt: brokenOff };
  const named = (parts ?? staged).blobs.map((blob) => blob.digest as Digest);
  return restOf(session, project, staged, named);
}

/** What the registry still holds of something whose manifest is gone. @throws {RegistryError} */
export function lookAtStaged(
  session: PublisherSession,
  project: BuildProject,
  staged: StagedLeftover,
): Promise<StagedRest> {
  return restOf(
    session,
    project,
    staged,
    staged.blobs.map(({ digest }) => digest as Digest),
  );
}

/** Sizes are the registry's word. What the project's own repository holds counts as part of an image. */
async function restOf(
  { registry, signal }: PublisherSession,
  project: BuildProject,
  { zone }: StagedLeftover,
  digests: readonly Digest[],
): Promise<StagedRest> {
  const from = stagingRepository(project.id, zone);
  const own = projectRepository(project.organizationSlug, project.slug);
  const blobs: { digest: Digest; bytes: number }[] = [];
  for (const digest of digests) {
    const bytes = await registry.blobs.size(from, digest, { signal });
    if (bytes !== null && (await registry.blobs.size(own, digest, { signal })) === null) blobs.push({ digest, bytes });
  }
  return { blobs, lookAt: new Date(Date.now() + lookAgainMs) };
}

/** Null where it is not there, or is nothing that could be read. */
async function partsOf(
  { registry, signal }: PublisherSession,
  repository: string,
  digest: Digest,
): Promise<ImageParts | null> {
  try {
    return await readImageParts(registry, repository, digest, { signal });
  } catch (error) {
    if (isRegistryError(error, 'not_found') || isRegistryError(error, 'invalid')) return null;
    throw error;
  }
}
