import type { BuildSummary, Page, Project, Signatures } from '@cooperage/contracts';
import type { Api } from './api.ts';

/** The part of `./cooperage status --json` that speaks of an image. */
export interface ImageReport {
  /** Reference with digest. */
  readonly image: string;
  /** Full argument arrays, the program first; null without cosign. */
  readonly verify: { readonly image: readonly string[]; readonly attestation: readonly string[] } | null;
}

/** The newest image that anybody may pull, so that the commands need no credentials. */
export async function newestImage(api: Api, cosign: string | null): Promise<ImageReport | undefined> {
  const [builds, projects] = await Promise.all([
    api.get<Page<BuildSummary>>('/api/v1/builds?status=succeeded&limit=100'),
    api.get<Page<Project>>('/api/v1/projects?limit=100'),
  ]);
  const open = new Set(projects.items.filter(({ visibility }) => visibility === 'public').map(({ id }) => id));
  const newest = builds.items.find((build) => build.digest !== null && open.has(build.projectId));
  return newest?.digest ? imageReport(api, newest.projectId, newest.digest, cosign) : undefined;
}

export async function imageReport(
  api: Api,
  projectId: string,
  digest: string,
  cosign: string | null,
): Promise<ImageReport> {
  const signatures = await api.get<Signatures>(`/api/v1/projects/${projectId}/images/${digest}/signatures`);
  const image = commandOf(signatures, 'verify', cosign);
  const attestation = commandOf(signatures, 'verify-attestation', cosign);
  return { image: signatures.reference, verify: image && attestation ? { image, attestation } : null };
}

function commandOf({ commands }: Signatures, verb: string, cosign: string | null): string[] | undefined {
  const command = commands.find((each) => each.arguments[1] === verb);
  return command && cosign ? [cosign, ...command.arguments.slice(1)] : undefined;
}
