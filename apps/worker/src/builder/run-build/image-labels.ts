import type { BuildRecord } from '@cooperage/db';
import { parseRef } from '@cooperage/domain';

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
 * of one zone.
 */
export function imageLabels(
  build: Pick<BuildRecord, 'commit' | 'commitTime' | 'ref' | 'tags' | 'zone'>,
  facts: LabelFacts,
): Record<string, string> {
  const prefix = 'org.opencontainers.image.';
  return {
    [`${prefix}created`]: new Date(build.commitTime * 1000).toISOString().replace('.000Z', 'Z'),
    [`${prefix}revision`]: build.commit,
    [`${prefix}source`]: facts.sourceUrl,
    [`${prefix}url`]: facts.projectUrl,
    [`${prefix}title`]: facts.projectName,
    [`${prefix}vendor`]: facts.organizationName,
    [`${prefix}version`]: build.tags[0] ?? parseRef(build.ref)?.name ?? build.commit,
    ...(build.zone !== 'protected' && { 'org.cooperage.zone': build.zone }),
  };
}
