import type { Readable } from 'node:stream';
import type { Digest, RepositoryName } from '@cooperage/domain';
import { digestOf } from '../digest-of.js';
import { digestMismatch } from '../http/answer.js';
import type { CallOptions } from '../http/call-options.js';
import type { RegistryHttp } from '../http/registry-http.js';
import { invalidAnswer, isRegistryError } from '../registry-error.js';
import { repositoryPath, scopesOf } from './scopes.js';

/** Content of known digest and size; `open` gives it from its start each time it is called. */
export interface BlobSource {
  readonly digest: Digest;
  /** Bytes. */
  readonly size: number;
  readonly open: () => Readable;
}

export interface ReadOptions extends CallOptions {
  /** The answer is cut off and refused beyond this many bytes. */
  readonly maxBytes: number;
}

/** Blobs of the OCI distribution specification 1.1. Every method throws `RegistryError`. */
export class Blobs {
  readonly #http: RegistryHttp;

  constructor(http: RegistryHttp) {
    this.#http = http;
  }

  /** Size in bytes; null when the repository does not hold the blob. */
  async size(repository: RepositoryName, digest: Digest, options?: CallOptions): Promise<number | null> {
    const what = `look for blob ${digest} of ${repository}`;
    const target = `${repositoryPath(repository)}/blobs/${digest}`;
    const scopes = scopesOf(repository, 'pull');
    const answer = await this.#http.send({ method: 'HEAD', target, scopes, expect: [200, 404], what }, options);
    const size = answer.contentLength;
    await answer.discard();
    if (answer.status === 404) return null;
    if (size === undefined) throw invalidAnswer(`${what}: the registry tells no size`);
    return size;
  }

  /** The whole blob, its digest recomputed. `invalid` when it differs or is larger than `maxBytes`. */
  async read(repository: RepositoryName, digest: Digest, options: ReadOptions): Promise<Buffer> {
    const answer = await this.#get(repository, digest, options);
    const bytes = await answer.bytes(options.maxBytes);
    if (digestOf(bytes) !== digest) throw digestMismatch(`read a blob of ${repository}`, digest);
    return bytes;
  }

  /** The blob as a stream, which ends with an error unless all bytes are those of `digest`: use nothing before its end. */
  async open(repository: RepositoryName, digest: Digest, options: ReadOptions): Promise<Readable> {
    return (await this.#get(repository, digest, options)).verifiedStream(digest, options.maxBytes);
  }

  /** Uploads in two requests, without asking first whether the blob is there: the same bytes may be put again. */
  async put(repository: RepositoryName, content: Uint8Array | BlobSource, options?: CallOptions): Promise<Digest> {
    const what = `upload a blob to ${repository}`;
    const digest = content instanceof Uint8Array ? digestOf(content) : content.digest;
    const scopes = scopesOf(repository, 'pull', 'push');
    const target = `${repositoryPath(repository)}/blobs/uploads/`;
    const session = await this.#http.send({ method: 'POST', target, scopes, expect: [202], what }, options);
    await session.discard();
    const location = this.#http.addresses.upload(session.header('location'));
    location.searchParams.set('digest', digest);
    const answer = await this.#http.send(
      { method: 'PUT', target: location, scopes, expect: [201], what, ...bodyOf(content) },
      options,
    );
    await answer.discard();
    return digest;
  }

  /**
   * Cross-repository mount: the registry takes a blob of another of its repositories over without a transfer.
   * @returns false when it did not (unknown there, mounts not supported): then the blob must be uploaded.
   */
  async mount(to: RepositoryName, from: RepositoryName, digest: Digest, options?: CallOptions): Promise<boolean> {
    const what = `mount blob ${digest} of ${from} into ${to}`;
    const scopes = [...scopesOf(to, 'pull', 'push'), ...scopesOf(from, 'pull')];
    const target = `${repositoryPath(to)}/blobs/uploads/?mount=${digest}&from=${encodeURIComponent(from)}`;
    const answer = await this.#http.send({ method: 'POST', target, scopes, expect: [201, 202], what }, options);
    await answer.discard();
    if (answer.status === 201) return true;
    await this.#cancelUpload(to, answer.header('location'), options);
    return false;
  }

  /** Takes a blob from a repository, which serves it no more; the bytes stay until the registry collects garbage. `not_found` when it holds none. */
  async delete(repository: RepositoryName, digest: Digest, options?: CallOptions): Promise<void> {
    const what = `delete blob ${digest} of ${repository}`;
    const target = `${repositoryPath(repository)}/blobs/${digest}`;
    const scopes = scopesOf(repository, 'pull', 'delete');
    const answer = await this.#http.send({ method: 'DELETE', target, scopes, expect: [202, 200, 204], what }, options);
    await answer.discard();
  }

  async #get(repository: RepositoryName, digest: Digest, options: CallOptions) {
    const what = `read blob ${digest} of ${repository}`;
    const target = `${repositoryPath(repository)}/blobs/${digest}`;
    return this.#http.send(
      { method: 'GET', target, scopes: scopesOf(repository, 'pull'), expect: [200], what },
      options,
    );
  }

  /** A refused mount opens an upload session. Leaving it costs the registry a file until it cleans up, no more. */
  async #cancelUpload(repository: RepositoryName, location: string | undefined, options?: CallOptions): Promise<void> {
    try {
      const target = this.#http.addresses.upload(location);
      const request = {
        method: 'DELETE',
        target,
        scopes: scopesOf(repository, 'pull', 'push'),
        what: 'end an upload',
      } as const;
      await (await this.#http.send({ ...request, expect: [204, 202, 200] }, options)).discard();
    } catch (error) {
      if (!isRegistryError(error)) throw error;
    }
  }
}

function bodyOf(content: Uint8Array | BlobSource) {
  const size = content instanceof Uint8Array ? content.length : content.size;
  return {
    headers: { 'content-type': 'application/octet-stream', 'content-length': String(size) },
    body: content instanceof Uint8Array ? content : content.open,
    bodySize: size,
  };
}
