import { BuildFailure, type Zone, zoneAnnotation, zoneAnnotationOf } from '@cooperage/domain';
import type { ImageManifest } from '@cooperage/oci';

/**
 * Whatever is attached to a digest holds for all of its builds, and a machine may want each provenance of an image to fit. So no digest is
 * of two zones, and control holds that itself: a builder that was taken over names any bytes as its own, those of a protected image too
 * (R22A-10). What the manifest says is in its digest. Labels are not asked: an image has those of its base.
 * @throws {BuildFailure} `PolicyRefused`
 */
export function refuseOtherZone({ annotations }: Pick<ImageManifest, 'annotations'>, zone: Zone): void {
  const said = Object.hasOwn(annotations, zoneAnnotation) ? annotations[zoneAnnotation] : undefined;
  const wanted = zoneAnnotationOf(zone);
  if (said === wanted) return;
  const form = wanted === undefined ? 'has to be absent' : `has to be “${wanted}”`;
  throw new BuildFailure(
    'PolicyRefused',
    `The manifest of the image does not say that it is of this build’s zone: the annotation “${zoneAnnotation}” ${form}. What is signed of an image is of one zone. A retry builds it anew.`,
  );
}
