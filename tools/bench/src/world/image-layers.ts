import { manifestsOf, parseImageConfig, readImageRoot } from '@cooperage/oci';
import type { TestServices } from '@cooperage/testing';
import { registryView } from './registry-view.js';

/** Digests of what the layers of an image hold, unpacked: equal for equal content, however it is compressed. */
export async function layersOf(services: TestServices, repository: string, digest: string): Promise<string> {
  const client = registryView(services, repository);
  const root = await readImageRoot(client, repository, digest);
  const layers: string[] = [];
  for await (const { document } of manifestsOf(client, repository, root)) {
    const bytes = await client.blobs.read(repository, document.config.digest, { maxBytes: 1_000_000 });
    layers.push(...parseImageConfig(bytes).diffIds);
  }
  return layers.join(' ');
}
