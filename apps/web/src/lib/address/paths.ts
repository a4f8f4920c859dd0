/** Addresses of pages, in one place. */
export interface ProjectName {
  readonly organizationSlug: string;
  readonly slug: string;
}

export function projectPath(project: ProjectName): string {
  return `/p/${encodeURIComponent(project.organizationSlug)}/${encodeURIComponent(project.slug)}`;
}

export function buildPath(build: { organizationSlug: string; projectSlug: string; number: number }): string {
  return `${projectPath({ organizationSlug: build.organizationSlug, slug: build.projectSlug })}/b/${build.number}`;
}

/** Two builds of a project side by side, from the older one to the newer. */
export function comparePath(project: ProjectName, a: number, b: number): string {
  return `${projectPath(project)}/compare?a=${a}&b=${b}`;
}

export function imagePath(project: ProjectName, digest: string): string {
  return `${projectPath(project)}/images/${digest}`;
}

export function deliveryPath(project: ProjectName, id: string): string {
  return `${projectPath(project)}/deliveries/${id}`;
}

/** A segment as Next hands it over may still be percent-encoded; broken encodings stay as they are and find nothing. */
export function decodeSegment(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}
