import { digestOf, mediaTypes, RegistryError } from '@cooperage/oci';
import type { PublisherSession } from '../src/control/publish/publisher-session.js';

const layerType = 'application/vnd.oci.image.layer.v1.tar+gzip';

/** A repository with these manifests, each read by its digest. */
export class ManifestsInMemory {
  readonly #manifests = new Map<string, { bytes: Buffer; mediaType: string }>();
  /** Digests in the order in which they were asked for. */
  readonly read: string[] = [];
  /** What is attached to images. */
  readonly tags = new Map<string, { digest: string }>();
  readonly session = {
    signal: new AbortController().signal,
    registry: {
      manifests: {
        get: async (_: string, digest: string) => this.#get(digest),
        head: async (_: string, tag: string) => this.tags.get(tag) ?? null,
      },
    },
  } as unknown as PublisherSession;

  put(mediaType: string, document: object) {
    const bytes = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType, ...document }));
    const digest = digestOf(bytes);
    this.#manifests.set(digest, { bytes, mediaType });
    return { mediaType, digest, size: bytes.length };
  }

  image(...layers: string[]) {
    const blob = (text: string, mediaType: string) => ({ mediaType, digest: digestOf(Buffer.from(text)), size: 1 });
    const config = blob(`config of ${layers}`, mediaTypes.config);
    return this.put(mediaTypes.manifest, { config, layers: layers.map((each) => blob(each, layerType)) });
  }

  index(...manifests: readonly object[]) {
    return this.put(mediaTypes.index, { manifests });
  }

  spoil(digest: string): void {
    this.#manifests.set(digest, { bytes: Buffer.from('no JSON'), mediaType: mediaTypes.manifest });
  }

  forget(digest: string): void {
    this.#manifests.delete(digest);
  }

  #get(digest: string) {
    this.read.push(digest);
    const found = this.#manifests.get(digest);
    if (!found) throw new RegistryError('not_found', 'it is not there');
    return { ...found, digest, size: found.bytes.length };
  }
}
