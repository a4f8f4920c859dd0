import { mkdirSync, rmSync } from 'node:fs';
import { unmountBelow } from '../parts/engine/mounts.ts';
import { attempt, run } from '../processes/command.ts';

const bytes = 8 * 1024 ** 3;
/** As many files as it can have: each has its place on the disk from the beginning. */
const files = 131_072;

/** A file system of 8 GiB in a file that takes what is written to it: a test can fill it without filling the machine's own disk. */
export class SmallDisk {
  private readonly folder: string;
  private readonly file: string;

  /** @param place where nothing is yet: its folder, and beside it the file */
  constructor(place: string) {
    this.folder = place;
    this.file = `${place}.img`;
  }

  /** @returns its folder; null where this machine has no loop device, or no right to mount it */
  async mount(): Promise<string | null> {
    mkdirSync(this.folder, { recursive: true });
    await run('truncate', ['--size', String(bytes), this.file]);
    const made = await attempt('mkfs.ext4', ['-q', '-F', '-m', '0', '-N', String(files), '-J', 'size=16', this.file]);
    const isMounted = made.code === 0 && (await attempt('mount', ['-o', 'loop', this.file, this.folder])).code === 0;
    return isMounted ? this.folder : null;
  }

  async remove(): Promise<void> {
    await unmountBelow(this.folder);
    rmSync(this.folder, { recursive: true, force: true });
    rmSync(this.file, { force: true });
  }
}
