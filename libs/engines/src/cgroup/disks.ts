import { join } from 'node:path';
import { entries, read, readNumber } from './files.js';

/** Memory that is used as a disk, and files that are: their bytes count at the disk below, or at none. */
const notDisks = /^(loop|ram|zram)\d/;

/**
 * The disks of this machine, as `major:minor`. What is made of other disks, such as a volume or an array, is left out: its
 * bytes count at its parts.
 */
export function countedDisks(root = '/sys/block'): string[] {
  return entries(root).flatMap((name) => {
    const folder = join(root, name);
    const dev = read(join(folder, 'dev'));
    const isDisk = !notDisks.test(name) && readNumber(join(folder, 'size')) > 0;
    return dev !== null && isDisk && entries(join(folder, 'slaves')).length === 0 ? [dev] : [];
  });
}
