/**
 * The addresses by which builds name themselves in provenance and signatures. They are part of what policies outside
 * compare with, so they never change: a new meaning gets a new version.
 */
interface ProjectNames {
  readonly organizationSlug: string;
  readonly projectSlug: string;
}

/** The one pool of builders there is so far. */
export const defaultPool = 'default';

/** SLSA `builder.id`: the trusted control plane and its pool, never one build. */
export function builderAddress(publicUrl: string, pool: string = defaultPool): string {
  return `${publicUrl}/builders/${pool}/v1`;
}

/** SLSA `buildType`: documents the parameters of a build from a Dockerfile. */
export function buildTypeAddress(publicUrl: string): string {
  return `${publicUrl}/build-types/dockerfile/v1`;
}

/** The project, as signatures are bound to it. */
export function projectAddress(publicUrl: string, { organizationSlug, projectSlug }: ProjectNames): string {
  return `${publicUrl}/p/${organizationSlug}/${projectSlug}`;
}

/** SLSA `invocationId`: this very build. */
export function buildAddress(publicUrl: string, build: ProjectNames & { readonly number: number }): string {
  return `${projectAddress(publicUrl, build)}/b/${build.number}`;
}
