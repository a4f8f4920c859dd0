import { BuildFailure } from '@cooperage/domain';

/** The cache of a build was not written. The build itself is not touched by it. */
export class CacheExportFailure extends BuildFailure {
  static of(failure: BuildFailure): CacheExportFailure {
    return new CacheExportFailure(failure.code, failure.message, {
      ...(failure.place && { place: failure.place }),
      cause: failure,
    });
  }
}
