import { statfs } from 'node:fs/promises';
import type { DiskSpace } from '@cooperage/domain';

/** Of the disk of a folder. @throws where it does not say */
export async function diskSpace(folder: string): Promise<DiskSpace> {
  const { bavail, bfree, blocks, bsize, files, ffree } = await statfs(folder);
  return {
    ...{ freeBytes: bavail * bsize, reservedBytes: (bfree - bavail) * bsize, totalBytes: blocks * bsize },
    ...{ freeFiles: ffree, totalFiles: files },
  };
}

/** Files and folders on the disk of a folder; null where it does not say. */
export async function usedFiles(folder: string): Promise<number | null> {
  const space = await diskSpace(folder).catch(() => null);
  return space?.totalFiles ? space.totalFiles - space.freeFiles : null;
}
