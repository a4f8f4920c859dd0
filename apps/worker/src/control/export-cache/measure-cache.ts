import type { CacheMeasureRepository } from '@cooperage/db';
import { cacheReference, type Digest, type RepositoryName } from '@cooperage/domain';
import { isRegistryError, parseManifestDocument, type RegistryClient, type StoredManifest } from '@cooperage/oci';
import type { Logger } from '@cooperage/telemetry';
import type { ReadingClients } from '../tokens/reading-clients.js';

/** Asks the registry what an export has left there: a builder's word on it is no measure (R2-N14). */
export class MeasureCache {
  constructor(
    private readonly repository: Pick<CacheMeasureRepository, 'placeOf' | 'store'>,
    private readonly clients: Pick<ReadingClients, 'of'>,
    private readonly logger: Logger,
  ) {}

  /** Without effect for a build that has left nothing in the registry. @throws {RegistryError} `unavailable`, `denied` */
  async of(buildId: string): Promise<void> {
    const place = await this.repository.placeOf(buildId);
    if (!place) return;
    const { repository, tag } = cacheReference(place.projectId, place);
    const client = this.clients.of(repository);
    const manifest = await client.manifests.find(repository, tag);
    if (!manifest) return;
    const { digest, size } = manifest;
    const blobs = [{ digest, bytes: size }];
    for (const blob of this.named(manifest)) {
      const bytes = await sizeOf(client, repository, blob);
      if (bytes !== null) blobs.push({ digest: blob, bytes });
    }
    await this.repository.store(place, { digest, blobs });
  }

  private named({ bytes, mediaType, digest }: StoredManifest): Digest[] {
    try {
      const document = parseManifestDocument(bytes, mediaType);
      const parts = document.kind === 'manifest' ? [document.config, ...document.layers] : document.manifests;
      return [...new Set(parts.map((part) => part.digest))].filter((part) => part !== digest);
    } catch (error) {
      if (!isRegistryError(error, 'invalid')) throw error;
      this.logger.warn({ err: error, digest }, 'what an exported cache consists of cannot be read');
      return [];
    }
  }
}

/** Null for what is not there. BuildKit may write an index, whose entries are blobs or manifests. */
async function sizeOf(client: RegistryClient, repository: RepositoryName, digest: Digest): Promise<number | null> {
  return (
    (await client.blobs.size(repository, digest)) ?? (await client.manifests.head(repository, digest))?.size ?? null
  );
}
