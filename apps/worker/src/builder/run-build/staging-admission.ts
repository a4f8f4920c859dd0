import { setTimeout as delay } from 'node:timers/promises';
import type { ClaimedAttempt, StagingRepository } from '@cooperage/db';
import { BuildFailure, quotaSentence } from '@cooperage/domain';
import type { BuildRequest } from '@cooperage/engines';
import { defaultImageLimits } from '@cooperage/oci';
import type { Logger } from '@cooperage/telemetry';
import { outlast } from '../../shared/outlast.js';

type PushedImage = Parameters<NonNullable<BuildRequest['push']['admit']>>[0];

const mostLayers = defaultImageLimits.layers;
const lookMs = 250;
/** The deletion of the same image is a few requests. */
const deletedWithinMs = 60_000;

/** Lets an image into the staging repository: noted first, and only as far as the quota of the organization goes (R2-H-3). */
export class StagingAdmission {
  constructor(private readonly staging: Pick<StagingRepository, 'note'>) {}

  /**
   * @throws {BuildFailure} `QuotaExceeded` for an image that does not fit and is not pushed yet, `PolicyRefused` for one that has more
   * layers than can be published; `RegistryUnavailable`
   */
  async admit({ build }: ClaimedAttempt, image: PushedImage, logger: Logger, signal: AbortSignal): Promise<void> {
    if (!image.isPushed && image.blobs.length > 1 + mostLayers)
      throw new BuildFailure('PolicyRefused', `The image cannot be published: it has more than ${mostLayers} layers.`);
    for (let waitedMs = 0; ; waitedMs += lookMs) {
      const { state, usedBytes, quotaBytes } = await outlast(() => this.staging.note(build.id, image), logger, signal);
      if (state === 'staged') return;
      if (state === 'full')
        throw new BuildFailure('QuotaExceeded', quotaSentence('imageBytes', usedBytes, quotaBytes ?? 0));
      if (waitedMs >= deletedWithinMs)
        throw new BuildFailure('RegistryUnavailable', 'The same image is being deleted from the registry.');
      await delay(lookMs, undefined, { signal });
    }
  }
}
