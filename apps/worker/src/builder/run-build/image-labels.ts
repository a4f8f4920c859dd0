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
 * (annotations). Values follow from the commit only, so that the same commit gives the same bytes.
 */
export function imageLabels(
  build: Pick<BuildRecord, 'commit' | 'commitTime' | 'ref' | 'tags'>,
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
  };
}
