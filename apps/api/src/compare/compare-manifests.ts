import type { ImageManifest, LayerComparison } from '@cooperage/contracts';
import { compareLayers } from '@cooperage/domain';

type Manifest = Pick<ImageManifest, 'platform' | 'layers' | 'shown'>;

/**
 * The layers of two images, platform by platform. Attestation manifests have no platform and are left out. A platform whose
 * layers were not all read on both sides is counted instead.
 */
export function compareManifests(
  a: readonly Manifest[],
  b: readonly Manifest[],
): Pick<LayerComparison, 'platforms' | 'leftOut'> {
  const [manifests, others] = [byPlatform(a), byPlatform(b)];
  const platforms = [...new Set([...manifests.keys(), ...others.keys()])].toSorted();
  const compared = platforms.filter((platform) =>
    [manifests, others].every((side) => side.get(platform)?.shown !== 'descriptor'),
  );
  return {
    platforms: compared.map((platform) => ({
      platform,
      layers: compareLayers(manifests.get(platform)?.layers ?? [], others.get(platform)?.layers ?? []),
    })),
    leftOut: platforms.length - compared.length,
  };
}

function byPlatform(manifests: readonly Manifest[]): Map<string, Manifest> {
  return new Map(manifests.flatMap((each) => (each.platform === null ? [] : [[each.platform, each]])));
}
