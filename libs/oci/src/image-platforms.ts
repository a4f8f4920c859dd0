import type { Digest, RepositoryName } from '@cooperage/domain';
import { type Platform, platformName } from './document/descriptor.js';
import { parseImageConfig } from './document/image-config.js';
import { defaultImageLimits } from './document/image-limits.js';
import type { CallOptions } from './http/call-options.js';
import { readImageRoot } from './image-tree.js';
import type { RegistryClient } from './registry-client.js';
import { isRegistryError } from './registry-error.js';

/** Variants that builders leave out, as containerd does: every image of that architecture has them. */
const usualVariants: Readonly<Record<string, string>> = { amd64: 'v1', arm64: 'v8' };

/**
 * A part of `os/architecture/variant`. The image specification takes them from Go (`linux`, `arm64`, `v8`), and containerd's package
 * `platforms` writes them in lower case. A config is anybody's text of some MiB, as far as nobody looks.
 */
const partOfName = /^[a-z0-9._-]{1,32}$/;
/** Far more than there are to build for. */
const mostPlatforms = 50;

/**
 * Platforms that an image is made for, as `linux/arm64`: those of its index, or that of its config. A stage may have another
 * platform than the one that was asked for (`FROM --platform`). Empty where the image does not say it.
 * At most 50, each of at most 98 characters: what has another form than such a name counts as not said.
 * @throws {RegistryError} `not_found`, `unavailable`, `denied`
 */
export async function imagePlatforms(
  client: RegistryClient,
  repository: RepositoryName,
  digest: Digest,
  options: CallOptions = {},
): Promise<string[]> {
  try {
    const { rootDocument } = await readImageRoot(client, repository, digest, options);
    if (rootDocument.kind === 'index') return named(rootDocument.manifests.map(({ platform }) => platform));
    const limits = { ...options, maxBytes: defaultImageLimits.configBytes };
    const config = await client.blobs.read(repository, rootDocument.config.digest, limits);
    return named([parseImageConfig(config).platform]);
  } catch (error) {
    if (isRegistryError(error, 'invalid')) return [];
    throw error;
  }
}

/** Attestations have no platform of their own, and say `unknown`. */
function named(platforms: readonly (Platform | undefined)[]): string[] {
  const names = new Set<string>();
  for (const platform of platforms) {
    if (platform === undefined || platform.os === 'unknown' || !isWellFormed(platform)) continue;
    names.add(platformName(withoutUsualVariant(platform)));
    if (names.size === mostPlatforms) break;
  }
  return [...names];
}

function isWellFormed({ os, architecture, variant }: Platform): boolean {
  return [os, architecture, variant ?? 'none'].every((part) => partOfName.test(part));
}

function withoutUsualVariant({ variant, ...platform }: Platform): Platform {
  return variant === undefined || usualVariants[platform.architecture] === variant
    ? platform
    : { ...platform, variant };
}
