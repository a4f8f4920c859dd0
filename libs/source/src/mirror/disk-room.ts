import { statfs } from 'node:fs/promises';
import { BuildFailure, diskRooms, diskRoomText } from '@cooperage/domain';

/**
 * @param minFreeBytes null for the floor that the disk itself has. Its inodes have theirs in any case
 * @returns why nothing more is fetched onto the disk of this folder; null where there is room or the disk does not say
 */
export async function fullDisk(folder: string, minFreeBytes: number | null): Promise<BuildFailure | null> {
  const space = await statfs(folder).catch(() => null);
  if (!space) return null;
  const { bavail, blocks, bsize, files, ffree } = space;
  const [bytes, ...others] = diskRooms({
    ...{ freeBytes: bavail * bsize, totalBytes: blocks * bsize },
    ...{ freeFiles: ffree, totalFiles: files },
  });
  const rooms = [{ ...bytes, floor: minFreeBytes ?? bytes.floor }, ...others];
  const short = rooms.find(({ free, floor }) => free < floor);
  return short ? new BuildFailure('DiskFull', `The commit was not fetched. The disk ${diskRoomText(short)}.`) : null;
}
