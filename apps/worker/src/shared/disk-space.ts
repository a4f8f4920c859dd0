import { statfs } from 'node:fs/promises';
import type { DiskSpace } from '@cooperage/domain';

/** Of the disk of a folder. @throws where it does not say */
export async function diskSpace(folder: string): Promise<DiskSpace> {
  const { bavail, blocks, bsize, files, ffree } = await statfs(folder);
  return { freeBytes: bavail * bsize, totalBytes: blocks * bsize, freeFiles: ffree, totalFiles: files };
}
