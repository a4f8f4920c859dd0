import type { BuildProject, ImageToDelete } from '@cooperage/db';
import { projectRepository, stagingRepository } from '@cooperage/domain';
import type { Logger } from '@cooperage/telemetry';
import { deleteBlobs, deleteManifests, referrersOf } from '../publish/delete-manifests.js';
import type { ImageContent } from '../publish/image-content.js';
import type { PublisherSession } from '../publish/publisher-session.js';

/**
 * Deletes an image from the registry: its referrers first, so that no signature stays without its image, then its layers, then the image
 * with its tags, then what its builds staged. Nobody can pull anything of it by any digest afterwards, except what another image of
 * the project has. The registry's own garbage collection gives the bytes back.
 * @param content what no other image of the project has
 * @throws {RegistryError} `unavailable`, `denied`; all of it can be repeated
 */
export async function deleteImage(
  session: PublisherSession,
  project: BuildProject,
  { digest, artifacts, zones }: ImageToDelete,
  content: ImageContent,
  logger: Logger,
): Promise<void> {
  const repository = projectRepository(project.organizationSlug, project.slug);
  const referrers = [...artifacts, ...(await referrersOf(session, repository, digest))];
  await deleteManifests(
    session,
    repository,
    referrers.filter((each) => each !== digest),
    logger,
  );
  // The manifest goes last: it says what the layers are, should this have to be repeated.
  await deleteBlobs(session, repository, content.blobs, logger);
  await deleteManifests(
    session,
    repository,
    [...content.manifests].filter((each) => each !== digest),
    logger,
  );
  await deleteManifests(session, repository, [digest], logger);
  for (const zone of zones) await deleteManifests(session, stagingRepository(project.id, zone), [digest], logger);
}
