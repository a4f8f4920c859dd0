import type { BuildRecord, QuotaRepository } from '@cooperage/db';
import { BuildFailure, quotaSentence } from '@cooperage/domain';

/** Holds images of an organization to its quota of bytes. Each image counts whole, and a digest once in its project. */
export class ImageQuota {
  constructor(private readonly quotas: Pick<QuotaRepository, 'of' | 'imageBytesBeside'>) {}

  /** @throws {BuildFailure} `QuotaExceeded` for an image that does not fit */
  async assertFits(build: BuildRecord, totalBytes: number): Promise<void> {
    const { imageBytes: limit } = (await this.quotas.of(build.organizationId)).effective;
    if (limit === null) return;
    const used = await this.quotas.imageBytesBeside(build.organizationId, build.projectId, build.digest ?? '');
    if (used + totalBytes > limit)
      throw new BuildFailure('QuotaExceeded', quotaSentence('imageBytes', used + totalBytes, limit));
  }
}
