import { setImmediate as nextTurn } from 'node:timers/promises';
import { BuildFailure } from '@cooperage/domain';

/** Open files and mounts of all processes of a build that are looked at once. It is some seconds of work. */
export const mostEntries = 262_144;
/** Milliseconds of looking after which others of this process have their turn. */
const sliceMs = 5;
/** Entries between two looks at the clock. */
const entriesPerSlice = 64;

/**
 * One look at the processes of a build. They decide how much there is to see: files that are opened once are seen in each
 * process that shares them. So a look is bounded, and the process that looks goes on with its other work meanwhile.
 */
export class Look {
  private taken = 0;
  private sinceMs = performance.now();

  constructor(private readonly most = mostEntries) {}

  /**
   * Counts open files or mounts that are looked at next, and lets others have their turn now and then.
   * @throws {BuildFailure} `DiskLimit` when there are too many
   */
  take(entries = 1): Promise<void> | undefined {
    const before = this.taken;
    this.taken += entries;
    if (this.taken > this.most) throw tooMany(this.most);
    const isDue = Math.floor(before / entriesPerSlice) < Math.floor(this.taken / entriesPerSlice);
    return isDue && performance.now() - this.sinceMs >= sliceMs ? this.pause() : undefined;
  }

  private async pause(): Promise<void> {
    await nextTurn();
    this.sinceMs = performance.now();
  }
}

function tooMany(most: number): BuildFailure {
  const what = 'The processes of the build have too many open files and mounts to watch what they write to the disk';
  return new BuildFailure(
    'DiskLimit',
    `${what}: more than ${most.toLocaleString('en')}. A file counts once for each process that has it open.`,
  );
}
