import { randomBytes } from 'node:crypto';
import { type Descriptor, digestOf, mediaTypes, type RegistryClient } from '@cooperage/oci';

/** Puts an image of one small layer, like no other, into a repository. */
export async function putSmallImage(client: RegistryClient, repository: string): Promise<Descriptor> {
  const layer = randomBytes(2_000);
  const rootfs = { type: 'layers', diff_ids: [digestOf(layer)] };
  const config = Buffer.from(JSON.stringify({ os: 'linux', architecture: 'amd64', rootfs }));
  await Promise.all([config, layer].map((blob) => client.blobs.put(repository, blob)));
  const manifest = {
    schemaVersion: 2,
    mediaType: mediaTypes.manifest,
    config: { mediaType: mediaTypes.config, digest: digestOf(config), size: config.length },
    layers: [{ mediaType: 'application/vnd.oci.image.layer.v1.tar', digest: digestOf(layer), size: layer.length }],
  };
  const bytes = Buffer.from(JSON.stringify(manifest));
  const { digest } = await client.manifests.put(repository, null, { bytes, mediaType: mediaTypes.manifest });
  return { mediaType: mediaTypes.manifest, digest, size: bytes.length };
}
