import { randomUUID } from 'node:crypto';
import type { Digest, RepositoryName } from '@cooperage/domain';
import { arrayOf, objectOf, parseJson, stringOf } from '../document/json-shape.js';
import type { CallOptions } from '../http/call-options.js';
import type { RegistryHttp } from '../http/registry-http.js';
import { mediaTypes } from '../media-types.js';
import { invalidAnswer, isRegistryError } from '../registry-error.js';
import type { Blobs } from './blobs.js';
import type { Manifests } from './manifests.js';
import { nextPage } from './next-page.js';
import { repositoryPath, scopesOf } from './scopes.js';

const pageSize = 500;
/** docker-registry 2 knows no pages: it answers with all tags at once. */
const maxPageBytes = 16 << 20;
const maxTags = 250_000;

/** Tags of the OCI distribution specification 1.1. Every method throws `RegistryError`. */
export class Tags {
  readonly #http: RegistryHttp;
  readonly #blobs: Blobs;
  readonly #manifests: Manifests;

  constructor(http: RegistryHttp, blobs: Blobs, manifests: Manifests) {
    this.#http = http;
    this.#blobs = blobs;
    this.#manifests = manifests;
  }

  /** All tags, page by page, in the registry's order; none for an unknown repository. `invalid` with code `TOO_LARGE` beyond 250,000. */
  async *list(repository: RepositoryName, options?: CallOptions): AsyncGenerator<string> {
    const what = `list the tags of ${repository}`;
    const path = `${repositoryPath(repository)}/tags/list`;
    const scopes = scopesOf(repository, 'pull');
    let target: string | URL | null = `${path}?n=${pageSize}`;
    for (let count = 0; target !== null; ) {
      const answer = await this.#http.send({ method: 'GET', target, scopes, expect: [200, 404], what }, options);
      if (answer.status === 404) {
        await answer.discard();
        return;
      }
      const json = objectOf(parseJson(await answer.bytes(maxPageBytes), what), what);
      const tags = arrayOf(json.tags, maxTags, what).map((tag) => stringOf(tag, what));
      count += tags.length;
      if (count > maxTags) throw invalidAnswer(`${what}: more than ${maxTags}`, 'TOO_LARGE');
      yield* tags;
      target = tags.length === 0 ? null : nextPage(answer.header('link'), this.#http.origin, path);
    }
  }

  /**
   * Points a tag to a manifest that the repository already holds, by putting its very bytes under the tag.
   * `invalid` when the registry then names another digest.
   */
  async put(repository: RepositoryName, tag: string, digest: Digest, options?: CallOptions): Promise<void> {
    const manifest = await this.#manifests.get(repository, digest, options);
    await this.#manifests.put(repository, tag, manifest, options);
  }

  /**
   * Removes one tag and leaves its manifest and other tags. A tag that is not there is no error. Registries that delete
   * by digest only (docker-registry 2) are served by moving the tag to a manifest of its own, which is then deleted.
   */
  async delete(repository: RepositoryName, tag: string, options?: CallOptions): Promise<void> {
    if ((await this.#manifests.head(repository, tag, options)) === null) return;
    try {
      await this.#manifests.deleteReference(repository, tag, options);
    } catch (error) {
      if (isRegistryError(error, 'not_found')) return;
      if (!isRegistryError(error, 'rejected')) throw error;
      await this.#deleteThroughTombstone(repository, tag, options);
    }
  }

  async #deleteThroughTombstone(repository: RepositoryName, tag: string, options?: CallOptions): Promise<void> {
    const empty = Buffer.from('{}');
    const digest = await this.#blobs.put(repository, empty, options);
    const content = { mediaType: mediaTypes.empty, digest, size: empty.length };
    const tombstone = {
      schemaVersion: 2,
      mediaType: mediaTypes.manifest,
      artifactType: 'application/vnd.cooperage.deleted-tag',
      config: content,
      layers: [content],
      // Makes the digest one of its own, so that deleting it deletes this tag alone.
      annotations: { tag, id: randomUUID() },
    };
    const bytes = Buffer.from(JSON.stringify(tombstone));
    const put = await this.#manifests.put(repository, tag, { bytes, mediaType: mediaTypes.manifest }, options);
    await this.#manifests.delete(repository, put.digest, options);
  }
}
