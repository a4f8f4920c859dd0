import { parseImageConfig, readImageTree } from '@cooperage/oci';
import type { TestServices } from '@cooperage/testing';
import { registryView } from './registry-view.js';

/** Digests of what the layers of an image hold, unpacked: equal for equal content, however it is compressed. */
export async function layersOf(services: TestServices, repository: string, digest: string): Promise<string> {
  const client = registryView(services, repository);
  const { manifests } = await readImageTree(client, repository, digest);
  const configs = manifests.map(({ document }) =>
    client.blobs.read(repository, document.config.digest, { maxBytes: 1_000_000 }),
  );
  return (await Promise.all(configs)).flatMap((bytes) => parseImageConfig(bytes).diffIds).join(' ');
}
