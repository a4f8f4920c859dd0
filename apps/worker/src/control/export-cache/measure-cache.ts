import type { CacheMeasureRepository } from '@cooperage/db';
import { type CacheBlob, cacheReference, type Digest, type RepositoryName } from '@cooperage/domain';
import {
  type CallOptions,
  cacheDocumentLimits,
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

/** Asks the registry what an export has left there: a builder's word on it is no measure (R2-N14). */
export class MeasureCache {
  constructor(
    private readonly repository: Pick<CacheMeasureRepository, 'placeOf' | 'store'>,
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
    if (!place) return done;
    const { repository, tag } = cacheReference(place.projectId, place);
    const client = this.clients.of(repository);
    const options = signal && { signal };
    const manifest = await client.manifests.find(repository, tag, options);
    if (!manifest) return done;
    const { digest, size } = manifest;
    const parts = this.named(manifest);
    if (parts === null) {
      const { result, gone } = await this.evictions.evictUnreadable(place.projectId, { ...place, digest }, signal);
      if (result === done && gone === 0)
        await this.repository.store(place, { digest, blobs: [{ digest, bytes: unreadableBytes }] });
      return result;
    }
    const sizes = await inParallel(parts, parallelHeads, (part) => sizeOf(client, repository, part, options));
    const blobs = parts.flatMap((part, at): CacheBlob[] => {
      const bytes = sizes[at] ?? null;
      return bytes === null ? [] : [{ digest: part, bytes }];
    });
    await this.repository.store(place, { digest, blobs: [{ digest, bytes: size }, ...blobs] });
    return done;
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
