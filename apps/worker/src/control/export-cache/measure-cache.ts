import type { CacheMeasureRepository, ExportedPlace, MeasuredCache } from '@cooperage/db';
import { type CacheBlob, cacheReference, type Digest, type RepositoryName } from '@cooperage/domain';
import {
  type CallOptions,
  cacheDocumentLimits,
  defaultImageLimits,
  inParallel,
  isRegistryError,
  parseManifestDocument,
  type RegistryClient,
  type StoredManifest,
} from '@cooperage/oci';
import type { Logger } from '@cooperage/telemetry';
import { done, type HandlerResult } from '../outbox/outbox-loop.js';
import type { EvictCacheService } from '../sweep-cache/evict-cache.service.js';
import type { ReadingClients } from '../tokens/reading-clients.js';

const parallelHeads = 8;
/** What a cache counts for that can neither be read nor deleted: as much as a builder may say of one, and never nothing. */
const unreadableBytes = 2 ** 40;

interface FoundCache {
  readonly digest: Digest;
  /** Bytes of its manifest. */
  readonly size: number;
  /** Null where they cannot be read. */
  readonly parts: readonly Digest[] | null;
}

/** Asks the registry what an export has left there: a builder's word on it is no measure (R2-N14). */
export class MeasureCache {
  constructor(
    private readonly repository: Pick<CacheMeasureRepository, 'placeOf' | 'placeBefore' | 'store' | 'noteLeft'>,
    private readonly clients: Pick<ReadingClients, 'of'>,
    private readonly evictions: Pick<EvictCacheService, 'evictUnreadable'>,
    private readonly logger: Logger,
  ) {}

  /**
   * Without effect for a build that has left nothing in the registry. What consists of more than is counted is deleted there: nothing
   * else would bound it.
   * @throws {RegistryError} `unavailable`, `denied`
   */
  async of(buildId: string, signal?: AbortSignal): Promise<HandlerResult> {
    const place = await this.repository.placeOf(buildId);
    return place ? this.measure(place, false, (found) => this.repository.store(place, found), signal) : done;
  }

  /**
   * What stands where an export is about to write, and nobody has written down: an export whose builder was lost has left it. Behind the
   * next one nothing leads to it any more (R17B-1). It is noted to be deleted then, and no build reads it: nobody has said who wrote it.
   * Where it cannot be read it is deleted at once, and the cache that builds do read stays (R19B-3).
   * @throws {RegistryError} `unavailable`, `denied`
   */
  async before(buildId: string, signal?: AbortSignal): Promise<void> {
    const place = await this.repository.placeBefore(buildId);
    if (!place) return;
    const { repository, tag } = cacheReference(place.projectId, place);
    const found = await this.clients.of(repository).manifests.head(repository, tag, signal && { signal });
    if (!found || found.digest === place.digest) return;
    await this.measure(place, true, (measured) => this.repository.noteLeft(place, measured), signal);
  }

  private async measure(
    place: ExportedPlace,
    keepsOthers: boolean,
    write: (found: MeasuredCache) => Promise<void>,
    signal?: AbortSignal,
  ): Promise<HandlerResult> {
    const { repository, tag } = cacheReference(place.projectId, place);
    const client = this.clients.of(repository);
    const options = signal && { signal };
    const found = await this.find(client, repository, tag, options);
    if (!found) return done;
    const { digest, size, parts } = found;
    if (parts === null) {
      const unreadable = { ...place, digest };
      const { result, gone } = await this.evictions.evictUnreadable(place.projectId, unreadable, keepsOthers, signal);
      if (result !== done || gone > 0) return result;
      // What another build has written there meanwhile is not deleted either, and its own export measures it.
      const left = await client.manifests.head(repository, tag, options);
      if (left?.digest === digest) await write({ digest, blobs: [{ digest, bytes: unreadableBytes }] });
      return result;
    }
    const sizes = await inParallel(parts, parallelHeads, (part) => sizeOf(client, repository, part, options));
    const blobs = parts.flatMap((part, at): CacheBlob[] => {
      const bytes = sizes[at] ?? null;
      return bytes === null ? [] : [{ digest: part, bytes }];
    });
    await write({ digest, blobs: [{ digest, bytes: size }, ...blobs] });
    return done;
  }

  private async find(
    client: RegistryClient,
    repository: RepositoryName,
    tag: string,
    options?: CallOptions,
  ): Promise<FoundCache | null> {
    try {
      const manifest = await client.manifests.find(repository, tag, options);
      return manifest && { digest: manifest.digest, size: manifest.size, parts: this.named(manifest) };
    } catch (error) {
      if (!isRegistryError(error, 'invalid') || error.code !== 'TOO_LARGE') throw error;
      const head = await client.manifests.head(repository, tag, options);
      // Another one was written meanwhile: it is read the next time.
      if (!head || head.size <= defaultImageLimits.manifestBytes) throw error;
      this.logger.warn(
        { err: error, digest: head.digest },
        'the manifest of an exported cache is too large to be read',
      );
      return { digest: head.digest, size: head.size, parts: null };
    }
  }

  /** Null where that cannot be read. */
  private named({ bytes, mediaType, digest }: StoredManifest): Digest[] | null {
    try {
      const document = parseManifestDocument(bytes, mediaType, cacheDocumentLimits);
      const parts = document.kind === 'manifest' ? [document.config, ...document.layers] : document.manifests;
      return [...new Set(parts.map((part) => part.digest))].filter((part) => part !== digest);
    } catch (error) {
      if (!isRegistryError(error, 'invalid')) throw error;
      this.logger.warn({ err: error, digest }, 'what an exported cache consists of cannot be read');
      return null;
    }
  }
}

/** Null for what is not there. BuildKit may write an index, whose entries are blobs or manifests. */
async function sizeOf(
  client: RegistryClient,
  repository: RepositoryName,
  digest: Digest,
  options?: CallOptions,
): Promise<number | null> {
  const size = await client.blobs.size(repository, digest, options);
  return size ?? (await client.manifests.head(repository, digest, options))?.size ?? null;
}
