import { randomBytes } from 'node:crypto';
import { type Descriptor, digestOf, mediaTypes, type RegistryClient } from '@cooperage/oci';
import type { SignedArtifact } from './artifact.js';

/** Puts a small image of its own digest into a repository. */
export async function putImage(client: RegistryClient, repository: string, layerCount = 1): Promise<Descriptor> {
  const layers = Array.from({ length: layerCount }, () => randomBytes(2_000));
  const config = Buffer.from(
    JSON.stringify({ os: 'linux', architecture: 'amd64', rootfs: { type: 'layers', diff_ids: layers.map(digestOf) } }),
  );
  await Promise.all([config, ...layers].map((blob) => client.blobs.put(repository, blob)));
  return putManifest(client, repository, {
    mediaType: mediaTypes.manifest,
    config: { mediaType: mediaTypes.config, digest: digestOf(config), size: config.length },
    layers: layers.map((layer) => ({
      mediaType: 'application/vnd.oci.image.layer.v1.tar',
      digest: digestOf(layer),
      size: layer.length,
    })),
  });
}

export interface AnyManifest {
  readonly mediaType: string;
  readonly [member: string]: unknown;
}

export async function putManifest(
  client: RegistryClient,
  repository: string,
  manifest: AnyManifest,
): Promise<Descriptor> {
  const bytes = Buffer.from(JSON.stringify({ schemaVersion: 2, ...manifest }));
  const { digest } = await client.manifests.put(repository, null, { bytes, mediaType: manifest.mediaType });
  return { mediaType: manifest.mediaType, digest, size: bytes.length };
}

/** The same artifact around other content: what a forger puts in the place of ours. */
export function withContent(artifact: SignedArtifact, content: Uint8Array): SignedArtifact {
  const manifest = JSON.parse(Buffer.from(artifact.manifest).toString());
  Object.assign(manifest.layers[0], { digest: digestOf(content), size: content.length });
  const bytes = Buffer.from(JSON.stringify(manifest));
  const [config] = artifact.blobs;
  const { place } = artifact;
  const descriptor = place.as === 'referrer' && { ...place.descriptor, digest: digestOf(bytes), size: bytes.length };
  return {
    ...artifact,
    manifest: bytes,
    blobs: [config!, content],
    place: descriptor ? { as: 'referrer', descriptor } : place,
  };
}
