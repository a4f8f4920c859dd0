import type { Digest, RepositoryName } from '@cooperage/domain';
import type { Descriptor } from '../document/descriptor.js';
import { defaultImageLimits } from '../document/image-limits.js';
import type { Answer } from '../http/answer.js';
import type { CallOptions } from '../http/call-options.js';
import { errorCodeOf } from '../http/refusal.js';
import type { RegistryHttp } from '../http/registry-http.js';
import { mediaTypes } from '../media-types.js';
import { readReferrersIndex, referrersTag } from '../referrers-index.js';
import { invalidAnswer } from '../registry-error.js';
import type { Manifests } from './manifests.js';
import { nextPage } from './next-page.js';
import { repositoryPath, scopesOf } from './scopes.js';

const nobody: Digest = `sha256:${'0'.repeat(64)}`;
const maxPages = 50;

/** Referrers of the OCI distribution specification 1.1, through the API or, where there is none, the fallback tag. */
export class Referrers {
  readonly #http: RegistryHttp;
  readonly #manifests: Manifests;
  #hasApi: boolean | undefined;

  constructor(http: RegistryHttp, manifests: Manifests) {
    this.#http = http;
    this.#manifests = manifests;
  }

  /**
   * Every referrer of `subject`, unfiltered: writers disagree about `artifactType`, so a reader opens each. Entries are
   * as they were written. With an API the fallback tag of an older client is read as well.
   * @throws {RegistryError}
   */
  async list(repository: RepositoryName, subject: Digest, options?: CallOptions): Promise<Descriptor[]> {
    const [listed, fallback] = await Promise.all([
      this.#hasApi === false ? null : this.#fromApi(repository, subject, options),
      this.fallback(repository, subject, options),
    ]);
    this.#hasApi ??= listed !== null;
    const all = [...(listed ?? []), ...fallback];
    return [...new Map(all.map((descriptor) => [descriptor.digest, descriptor])).values()];
  }

  /** What the fallback tag says; empty when there is none. */
  async fallback(repository: RepositoryName, subject: Digest, options?: CallOptions): Promise<Descriptor[]> {
    const manifest = await this.#manifests.find(repository, referrersTag(subject), options);
    return manifest?.mediaType === mediaTypes.index ? readReferrersIndex(manifest.bytes) : [];
  }

  /**
   * Whether the registry keeps referrers itself; asked once. Its `OCI-Subject` on a put is not enough: there are
   * registries that answer it and have no API.
   */
  async hasApi(repository: RepositoryName, options?: CallOptions): Promise<boolean> {
    this.#hasApi ??= (await this.#fromApi(repository, nobody, options)) !== null;
    return this.#hasApi;
  }

  /** Null when the registry has no referrers API. */
  async #fromApi(repository: RepositoryName, subject: Digest, options?: CallOptions): Promise<Descriptor[] | null> {
    const what = `list the referrers of ${subject} in ${repository}`;
    const path = `${repositoryPath(repository)}/referrers/${subject}`;
    const found: Descriptor[] = [];
    let target: string | URL | null = path;
    for (let page = 0; target !== null; page++) {
      if (page === maxPages) throw invalidAnswer(`${what}: more than ${maxPages} pages`, 'TOO_LARGE');
      const answer = await this.#http.send(
        {
          method: 'GET',
          target,
          headers: { accept: mediaTypes.index },
          scopes: scopesOf(repository, 'pull'),
          expect: [200, 400, 404, 405],
          what,
        },
        options,
      );
      if (answer.status !== 200 || answer.contentType !== mediaTypes.index) return absence(answer);
      found.push(...readReferrersIndex(await answer.bytes(defaultImageLimits.manifestBytes)));
      target = nextPage(answer.header('link'), this.#http.origin, path);
    }
    return found;
  }
}

/** No such route, or (some registries against the specification) only no such repository yet. */
async function absence(answer: Answer): Promise<Descriptor[] | null> {
  return (await errorCodeOf(answer)) === 'NAME_UNKNOWN' ? [] : null;
}
