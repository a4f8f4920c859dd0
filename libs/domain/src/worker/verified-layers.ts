import { meetsFloor } from './lane.js';

/**
 * The oldest BuildKit that unpacks a layer only where its bytes have the sum that the image's configuration names (ADR 87). Earlier
 * ones keep it under that sum all the same, and the next image that names the sum gets these files.
 */
export const verifiedLayersFloor = '0.33.1';

/** Whether a BuildKit of this version does. One that is inside a Docker engine is known by that engine's version alone, so it does not. */
export function verifiesLayers(engineVersion: string): boolean {
  return meetsFloor(engineVersion, verifiedLayersFloor);
}
