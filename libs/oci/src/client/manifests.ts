import { type Digest, isDigest, type RepositoryName } from '@cooperage/domain';
import { digestOf } from '../digest-of.js';
import type { Descriptor } from '../document/descriptor.js';
import { defaultImageLimits } from '../document/image-limits.js';
import { digestMismatch } from '../http/answer.js';
import type { CallOptions } from '../http/call-options.js';
import type { RegistryHttp } from '../http/registry-http.js';
import { acceptManifests } from '../media-types.js';
import { invalidAnswer, isRegistryError } from '../registry-error.js';
import { repositoryPath, scopesOf } from './scopes.js';

/** A manifest as the registry holds it. `digest` is computed from `bytes`, whatever the registry says. */
export interface StoredManifest {
  readonly bytes: Buffer;
  readonly digest: Digest;
  readonly mediaType: string;
  /** Bytes. */
  readonly size: number;
}

export interface PutAnswer {
  readonly digest: Digest;
  /** The registry took the manifest into its referrers list (`OCI-Subject`): no fallback tag is needed. */
  readonly listedAsReferrer: boolean;
}

const maxBytes = defaultImageLimits.manifestBytes;
const tagPattern = /^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$/;

/** Manifests of the OCI distribution specification 1.1. Every method throws `RegistryError`. */
export class Manifests {
  readonly #http: RegistryHttp;

  constructor(http: RegistryHttp) {
    this.#http = http;
  }

  /** @param reference a tag or a digest. `not_found` when there is none. */
  async get(repository: RepositoryName, reference: string, options?: CallOptions): Promise<StoredManifest> {
    const what = `read manifest ${reference} of ${repository}`;
    const answer = await this.#http.send(
      {
        method: 'GET',
        target: manifestPath(repository, reference),
        headers: { accept: acceptManifests },
        scopes: scopesOf(repository, 'pull'),
        expect: [200],
        what,
      },
      options,
    );
    const bytes = await answer.bytes(maxBytes);
    const digest = digestOf(bytes);
    if (isDigest(reference) && digest !== reference) throw digestMismatch(what, reference);
    return { bytes, digest, mediaType: answer.contentType, size: bytes.length };
  }

  /** As `get`; null when there is none. */
  async find(repository: RepositoryName, reference: string, options?: CallOptions): Promise<StoredManifest | null> {
    try {
      return await this.get(repository, reference, options);
    } catch (error) {
      if (isRegistryError(error, 'not_found')) return null;
      throw error;
    }
  }

  /**
   * What the registry says of a manifest, without its bytes; null when there is none. For a tag the digest is the
   * registry's word alone: read the manifest where it matters.
   */
  async head(repository: RepositoryName, reference: string, options?: CallOptions): Promise<Descriptor | null> {
    const what = `look for manifest ${reference} of ${repository}`;
    const target = manifestPath(repository, reference);
    const headers = { accept: acceptManifests };
    const scopes = scopesOf(repository, 'pull');
    const answer = await this.#http.send(
      { method: 'HEAD', target, headers, scopes, expect: [200, 404], what },
      options,
    );
    await answer.discard();
    if (answer.status === 404) return null;
    const digest = answer.header('docker-content-digest') ?? reference;
    const size = answer.contentLength;
    if (!isDigest(digest) || size === undefined) throw invalidAnswer(`${what}: the registry tells no digest or size`);
    if (isDigest(reference) && digest !== reference) throw digestMismatch(what, reference);
    return { mediaType: answer.contentType, digest, size };
  }

  /**
   * Puts these bytes as they are.
   * @param reference a tag, or null for the bytes' own digest.
   */
  async put(
    repository: RepositoryName,
    reference: string | null,
    manifest: { readonly bytes: Uint8Array; readonly mediaType: string },
    options?: CallOptions,
  ): Promise<PutAnswer> {
    const digest = digestOf(manifest.bytes);
    const what = `put manifest ${reference ?? digest} into ${repository}`;
    const answer = await this.#http.send(
      {
        method: 'PUT',
        target: manifestPath(repository, reference ?? digest),
        headers: { 'content-type': manifest.mediaType },
        body: manifest.bytes,
        scopes: scopesOf(repository, 'pull', 'push'),
        expect: [201],
        what,
      },
      options,
    );
    await answer.discard();
    const stored =
      answer.header('docker-content-digest') ?? (await this.head(repository, reference ?? digest, options))?.digest;
    if (stored !== digest) throw digestMismatch(what, digest);
    return { digest, listedAsReferrer: answer.header('oci-subject') !== undefined };
  }

  /** Deletes a manifest and with it every tag that points to it. `not_found` when there is none. */
  async delete(repository: RepositoryName, digest: Digest, options?: CallOptions): Promise<void> {
    await this.deleteReference(repository, digest, options);
  }

  /** As `delete`, by tag where the registry supports that (`rejected` where not). */
  async deleteReference(repository: RepositoryName, reference: string, options?: CallOptions): Promise<void> {
    const what = `delete ${reference} of ${repository}`;
    const target = manifestPath(repository, reference);
    const scopes = scopesOf(repository, 'pull', 'delete');
    const answer = await this.#http.send({ method: 'DELETE', target, scopes, expect: [202, 200, 204], what }, options);
    await answer.discard();
  }
}

function manifestPath(repository: RepositoryName, reference: string): string {
  if (!isDigest(reference) && !tagPattern.test(reference)) throw new TypeError('neither a tag nor a digest');
  return `${repositoryPath(repository)}/manifests/${reference}`;
}
