import type { BuildRecord } from '@cooperage/db';
import { parseRef, zoneAnnotation, zoneAnnotationOf } from '@cooperage/domain';

export interface LabelFacts {
  readonly projectName: string;
  readonly organizationName: string;
  /** Clone address without credentials. */
  readonly sourceUrl: string;
  readonly projectUrl: string;
}

/**
 * Labels of the image config and annotations of its manifest, the same in both: the keys of the OCI image specification
 * (annotations). Values follow from the commit and the zone only, so that in a zone the same commit gives the same bytes. An image
 * of a protected ref never has the digest of one that a branch or a fork makes: what is attached to a digest, or pointed to it, is
 * of one zone. Control refuses an image whose manifest does not say it so; a label may be that of a base image.
 */
export function imageLabels(
  build: Pick<BuildRecord, 'commit' | 'commitTime' | 'ref' | 'tags' | 'zone'>,
  facts: LabelFacts,
): Record<string, string> {
  const prefix = 'org.opencontainers.image.';
  const zone = zoneAnnotationOf(build.zone);
  return {
    [`${prefix}created`]: new Date(build.commitTime * 1000).toISOString().replace('.000Z', 'Z'),
    [`${prefix}revision`]: build.commit,
    [`${prefix}source`]: facts.sourceUrl,
    [`${prefix}url`]: facts.projectUrl,
    [`${prefix}title`]: facts.projectName,
    [`${prefix}vendor`]: facts.organizationName,
    [`${prefix}version`]: build.tags[0] ?? parseRef(build.ref)?.name ?? build.commit,
    ...(zone !== undefined && { [zoneAnnotation]: zone }),
  };
}
