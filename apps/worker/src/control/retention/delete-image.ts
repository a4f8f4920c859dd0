import type { BuildProject, ImageToDelete } from '@cooperage/db';
import { projectRepository, stagingRepository } from '@cooperage/domain';
import type { Logger } from '@cooperage/telemetry';
import { allAttachedTo, deleteBlobs, deleteManifests } from '../publish/delete-manifests.js';
import type { PublisherSession } from '../publish/publisher-session.js';
import type { GoingContent } from './image-pass.js';

/**
 * Deletes an image from the registry: its referrers first, so that no signature stays without its image, then its layers, then the image
 * with its tags, then what its builds staged. Nobody can pull anything of it by any digest afterwards, except what another image of
 * the project has. The registry's own garbage collection gives the bytes back.
 * @param content what no other image of the project has, neither as a part nor attached to it
 * @returns whether the registry has deleted all that should go: not every one deletes
 * @throws {RegistryError} `unavailable`, `denied`; all of it can be repeated
 */
export async function deleteImage(
  session: PublisherSession,
  project: BuildProject,
  { digest, artifacts, zones, manifests }: ImageToDelete,
  content: GoingContent,
  logger: Logger,
): Promise<boolean> {
  const repository = projectRepository(project.organizationSlug, project.slug);
  const referrers = [...artifacts, ...(await allAttachedTo(session, repository, digest))];
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
    [...content.manifests].filter((each) => each !== digest && (manifests?.includes(each) ?? true)),
    logger,
  );
  const last = content.isAttached ? [] : [digest];
  const gone = await deleteManifests(session, repository, last, logger);
  for (const zone of zones) await deleteManifests(session, stagingRepository(project.id, zone), [digest], logger);
  return gone === last.length;
}
