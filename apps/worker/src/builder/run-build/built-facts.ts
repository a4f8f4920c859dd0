import type { BuildWarning, BuiltFacts, FetchedSource } from '@cooperage/db';
import { BuildFailure } from '@cooperage/domain';
import type { BuildOutcome } from '@cooperage/engines';

/** Each is named in the provenance and on the build's page. */
const mostBaseImages = 200;

/** What ADD fetched, and no base image is. Each is named in the provenance too; a Dockerfile with more is refused. */
const mostSources = 500;
/** Of their addresses together, as they are written down: all of them are in what is signed of each build. */
const mostSourceBytes = 131_072;

/**
 * What is recorded of a built image.
 * @param writesCache whether the build may leave a cache to later ones
 * @throws {BuildFailure} `PolicyRefused` when it is made from more images, or from more addresses, than the record may hold
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
    sources: sourcesOf(outcome),
    stepsTotal: stepsRun + stepsCached,
    exportCache: writesCache && stepsRun > 0,
    ...(tools && { tools }),
  };
}

/** An address is written down without what stands in it for somebody's name and password. */
function sourcesOf({ materials = [] }: BuildOutcome): FetchedSource[] {
  const fetched = materials.filter(({ uri }) => !uri.startsWith('pkg:'));
  if (fetched.length > mostSources)
    throw new BuildFailure(
      'PolicyRefused',
      `The Dockerfile fetches from ${fetched.length} addresses; at most ${mostSources} are allowed.`,
    );
  const sources = fetched.map(({ uri, digest }) => ({ uri: withoutCredentials(uri), digest }));
  if (Buffer.byteLength(JSON.stringify(sources)) > mostSourceBytes)
    throw new BuildFailure('PolicyRefused', 'The addresses that the Dockerfile fetches from are too long together.');
  return sources;
}

function withoutCredentials(uri: string): string {
  return uri.replace(/^([a-z][a-z0-9+.-]*:\/\/)[^/?#]*@/i, '$1');
}
