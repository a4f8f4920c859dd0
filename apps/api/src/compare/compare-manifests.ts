import type { ImageManifest, LayerComparison } from '@cooperage/contracts';
import { compareLayers } from '@cooperage/domain';

type Manifest = Pick<ImageManifest, 'platform' | 'layers'>;

/** The layers of two images, platform by platform. Attestation manifests have no platform and are left out. */
export function compareManifests(a: readonly Manifest[], b: readonly Manifest[]): LayerComparison['platforms'] {
  const [layers, otherLayers] = [byPlatform(a), byPlatform(b)];
  const platforms = new Set([...layers.keys(), ...otherLayers.keys()]);
  return [...platforms].toSorted().map((platform) => ({
    platform,
    layers: compareLayers(layers.get(platform) ?? [], otherLayers.get(platform) ?? []),
  }));
}

function byPlatform(manifests: readonly Manifest[]): Map<string, Manifest['layers']> {
  return new Map(manifests.flatMap(({ platform, layers }) => (platform === null ? [] : [[platform, layers]])));
}
