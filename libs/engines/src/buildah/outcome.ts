import { type Digest, isDigest } from '@cooperage/domain';
import type { BuildOutcome } from '../engine.js';
import { registryOf } from './registries.js';

type BaseImages = BuildOutcome['baseImages'];

/** Images that a build has used, each once, by the names of its Dockerfile and by what the store had then. */
export function baseImages(used: readonly { readonly name: string; readonly digest: Digest }[]): BaseImages {
  const images = used.map(({ name, digest }) => {
    const pinned = /@(sha256:[0-9a-f]{64})$/.exec(name)?.[1] ?? '';
    return { name: fullName(name).replace(/@sha256:[0-9a-f]{64}$/, ''), digest: isDigest(pinned) ? pinned : digest };
  });
  return [...new Map(images.map((image) => [`${image.name}@${image.digest}`, image])).values()];
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
