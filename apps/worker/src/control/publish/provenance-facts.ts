import type { BuildProject, BuildRecord } from '@cooperage/db';
import { madeFrom } from '@cooperage/domain';
import type { ProvenanceFacts } from '@cooperage/signing';

/**
 * What the provenance of a build says, from the build's own record. Nothing here comes from a step, and nothing from what a
 * person may have changed since: the project gives its name alone.
 * @param publicUrl base of the addresses by which builder and build are named; both answer with a page
 */
export function provenanceFacts(
  build: BuildRecord,
  project: Pick<BuildProject, 'organizationSlug' | 'slug'>,
  publicUrl: string,
): ProvenanceFacts {
  return {
    buildType: `${publicUrl}/build-types/dockerfile/v1`,
    builderId: `${publicUrl}/builders/default/v1`,
    invocationId: `${publicUrl}/p/${project.organizationSlug}/${project.slug}/b/${build.number}`,
    source: { uri: build.remoteUrl, ref: build.ref, commit: build.commit },
    rule: build.ruleName ?? 'by hand',
    trigger: build.trigger,
    ...madeFrom(build),
    ...(build.definition && { definition: { ...build.definition, variables: build.buildArgs } }),
    platform: build.platform,
    zone: build.zone,
    cacheBackend: build.cacheBackend,
    attempt: build.attemptNumber,
    baseImages: build.baseImages.map(({ name, digest }) => ({ uri: name, digest })),
    sources: build.sources,
    network: build.limits.network,
    tools: build.tools ?? {},
    startedOn: (build.startedAt ?? build.queuedAt).toISOString(),
    finishedOn: (build.builtAt ?? new Date()).toISOString(),
  };
}

/** The name by which a project is bound into its signatures. */
export function projectUri(project: Pick<BuildProject, 'organizationSlug' | 'slug'>, publicUrl: string): string {
  return `${publicUrl}/p/${project.organizationSlug}/${project.slug}`;
}
