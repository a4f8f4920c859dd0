import type { Zone } from '../cache/zone.js';

/** Says in the manifest of an image of which zone it is, so that no digest is of two; images of protected refs have none. */
export const zoneAnnotation = 'org.cooperage.zone';

/** What the manifest of an image of this zone has there. */
export function zoneAnnotationOf(zone: Zone): string | undefined {
  return zone === 'protected' ? undefined : zone;
}
