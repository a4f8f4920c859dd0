import type { BuildWarning, BuiltFacts } from '@cooperage/db';
import { BuildFailure } from '@cooperage/domain';
import type { BuildOutcome } from '@cooperage/engines';

/** Each is named in the provenance and on the build's page. */
const mostBaseImages = 200;

/**
 * What is recorded of a built image.
 * @param writesCache whether the build may leave a cache to later ones
 * @throws {BuildFailure} `PolicyRefused` when it is made from more images than the record may hold
 */
export function builtFacts(outcome: BuildOutcome, warnings: readonly BuildWarning[], writesCache = true): BuiltFacts {
  const { digest, mediaType, sizeBytes, baseImages, stepsRun, stepsCached, tools } = outcome;
  if (baseImages.length > mostBaseImages)
    throw new BuildFailure(
      'PolicyRefused',
      `The Dockerfile uses ${baseImages.length} base images; at most ${mostBaseImages} are allowed.`,
    );
  return {
    ...{ digest, mediaType, sizeBytes, baseImages, stepsCached, warnings },
    stepsTotal: stepsRun + stepsCached,
    exportCache: writesCache && stepsRun > 0,
    ...(tools && { tools }),
  };
}
