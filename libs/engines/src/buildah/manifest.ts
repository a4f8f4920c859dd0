import { createHash } from 'node:crypto';
import { type Digest, zoneAnnotation } from '@cooperage/domain';
import type { BuildRequest } from '../build-request.js';

/** An image's manifest as the registry gets it. */
export interface PushedManifest {
  readonly content: Buffer;
  readonly digest: Digest;
  readonly mediaType: string;
}

/**
 * buildah names the step before the last one as the base: to everybody else a base is what FROM names. And it takes annotations over
 * from the image of FROM: the zone of that is not the zone of this one.
 */
const misleading = ['org.opencontainers.image.base.digest', 'org.opencontainers.image.base.name', zoneAnnotation];

/**
 * Gives a manifest the annotations of the request. buildah keeps those of the first build that made an image with these
 * steps, so they are set on the way out.
 * @throws {SyntaxError} when it is no manifest
 */
export function finishManifest(content: Buffer, { annotations }: Pick<BuildRequest, 'annotations'>): PushedManifest {
  const manifest = JSON.parse(content.toString('utf8')) as { mediaType?: string; annotations?: Record<string, string> };
  const kept = Object.entries(manifest.annotations ?? {}).filter(([name]) => !misleading.includes(name));
  const all = { ...Object.fromEntries(kept), ...annotations };
  const { annotations: _, ...rest } = manifest;
  const finished = Buffer.from(JSON.stringify(Object.keys(all).length === 0 ? rest : { ...rest, annotations: all }));
  return {
    content: finished,
    digest: `sha256:${createHash('sha256').update(finished).digest('hex')}`,
    mediaType: manifest.mediaType ?? 'application/vnd.oci.image.manifest.v1+json',
  };
}
