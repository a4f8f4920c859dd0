import { BuildFailure, type Digest, isDigest } from '@cooperage/domain';
import type { NamedImage } from './named-sources.js';

/** An image as the store has it. */
export interface StoredImage {
  readonly id: string;
  readonly digest: Digest;
  /** Instructions that it adds to a Dockerfile which starts from it. */
  readonly triggers: readonly string[];
}

/** What FROM or `--from` names, fetched and looked at before the build. */
export type FetchedImage = NamedImage & StoredImage;

/** Reads what `buildah inspect --type image` prints. @throws {BuildFailure} `EngineUnavailable` where it says something else */
export function readStoredImage(name: string, printed: string): StoredImage {
  try {
    const { FromImageID: id, FromImageDigest: digest, Docker } = JSON.parse(printed);
    const triggers = Docker?.config?.OnBuild ?? [];
    if (/^[0-9a-f]{64}$/.test(id) && isDigest(digest) && Array.isArray(triggers)) return { id, digest, triggers };
  } catch {
    // It is no JSON.
  }
  throw new BuildFailure('EngineUnavailable', `The builder does not know ${name} any more.`);
}
