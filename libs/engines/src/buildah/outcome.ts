import { BuildFailure, isDigest } from '@cooperage/domain';
import type { BuildOutcome } from '../engine.js';
import { registryOf } from './registries.js';

/** An image of a store, as `buildah images --json` has it. */
interface StoredImage {
  readonly names: readonly string[] | null;
  readonly digest: string;
}

type BaseImages = BuildOutcome['baseImages'];

/**
 * Base images with their digests: what FROM named, as the store fetched it.
 * @throws {BuildFailure} `EngineUnavailable` when the store does not know one: an image without known materials is none
 */
export function baseImages(bases: readonly string[], listing: string): BaseImages {
  const stored = JSON.parse(listing) as readonly StoredImage[];
  return bases.map((base) => {
    const name = fullName(base);
    const pinned = /@(sha256:[0-9a-f]{64})$/.exec(name)?.[1];
    const digest = pinned ?? stored.find(({ names }) => names?.includes(name))?.digest;
    if (!digest || !isDigest(digest))
      throw new BuildFailure('EngineUnavailable', `The builder does not know ${name} any more.`);
    return { name: name.replace(/@sha256:[0-9a-f]{64}$/, ''), digest };
  });
}

/** As SLSA names an image: a package URL (https://github.com/package-url/purl-spec). */
export function materialsOf(images: BaseImages, platform: string): BuildOutcome['materials'] {
  return images.map(({ name, digest }) => {
    const [, path, tag] = /^(.*?)(?::([^:/]+))?$/.exec(name)!;
    const version = tag === undefined ? '' : `@${encodeURIComponent(tag)}`;
    return {
      uri: `pkg:docker/${path}${version}?platform=${encodeURIComponent(platform)}`,
      digest: { sha256: digest.slice('sha256:'.length) },
    };
  });
}

/** As Docker names an image in full; the tag is `latest` where there is neither tag nor digest. */
function fullName(name: string): string {
  const host = registryOf(name);
  const path = name.startsWith(`${host}/`) ? name.slice(host.length + 1) : name;
  const inFull = host === 'docker.io' && !path.includes('/') ? `library/${path}` : path;
  return `${host}/${inFull}${/[:@]/.test(inFull) ? '' : ':latest'}`;
}
