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
 * Platforms that an image is made for, as `linux/arm64`: those of its index, or that of its config. A stage may have another
 * platform than the one that was asked for (`FROM --platform`). Empty where the image does not say it.
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
  const known = platforms.filter((each) => each !== undefined && each.os !== 'unknown');
  return [...new Set(known.map((each) => platformName(withoutUsualVariant(each!))))];
}

function withoutUsualVariant({ variant, ...platform }: Platform): Platform {
  return variant === undefined || usualVariants[platform.architecture] === variant
    ? platform
    : { ...platform, variant };
}
