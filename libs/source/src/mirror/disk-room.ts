import { statfs } from 'node:fs/promises';
import { BuildFailure, diskFloorBytes } from '@cooperage/domain';

const gibibyte = 1024 ** 3;

/**
 * @param minFreeBytes null for the floor that the disk itself has
 * @returns why nothing more is fetched onto the disk of this folder; null where there is room or the disk does not say
 */
export async function fullDisk(folder: string, minFreeBytes: number | null): Promise<BuildFailure | null> {
  const space = await statfs(folder).catch(() => null);
  if (!space) return null;
  const freeBytes = space.bavail * space.bsize;
  const floorBytes = minFreeBytes ?? diskFloorBytes(space.blocks * space.bsize);
  if (freeBytes >= floorBytes) return null;
  const message = `The disk has ${inGibibytes(freeBytes)} left, and keeps ${inGibibytes(floorBytes)} free.`;
  return new BuildFailure('DiskFull', `The commit was not fetched. ${message}`);
}

function inGibibytes(bytes: number): string {
  return `${(bytes / gibibyte).toFixed(1)} GiB`;
}
