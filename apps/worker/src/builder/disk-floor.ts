import { statfs } from 'node:fs/promises';
import { BuildFailure } from '@cooperage/domain';
import type { Logger } from '@cooperage/telemetry';
import { WakeLoop } from '../shared/wake-loop.js';

/** A disk takes a gigabyte or two in a second. */
const everyMs = 500;
const limitMs = 30_000;
const gibibyte = 1024 ** 3;
const mostFloorBytes = 4 * gibibyte;
const floorPart = 0.05;
/** Builds start again when there is a little more than where they were ended, so that it does not go to and fro. */
const enoughPart = 1.25;

interface DiskSpace {
  readonly freeBytes: number;
  readonly totalBytes: number;
}

/**
 * What has to stay free on the disk of this worker: 5 % of it, at most 4 GiB. Limits of single builds do not count what the
 * engine itself writes for them (COPY, ADD, unpacked layers), and the database often lies on the same disk: a builder's
 * builds end before everybody's writes fail.
 */
export class DiskFloor {
  readonly loop: WakeLoop;
  private shortage: string | null = null;
  private stop: (failure: BuildFailure) => void = () => {};

  /** @param folder any on the disk that is shared with the engine. A disk that does not say how full it is has no floor. */
  constructor(
    private readonly folder: string,
    private readonly logger: Logger,
    private readonly spaceOf: (folder: string) => Promise<DiskSpace> = readSpace,
  ) {
    this.loop = new WakeLoop('disk floor', everyMs, logger, () => this.look(), limitMs);
  }

  /** Why no build may start now, as a sentence for an operator. */
  get obstacle(): string | null {
    return this.shortage && `It takes no builds: ${this.shortage}`;
  }

  /** @param stop called again and again while there is too little: what began meanwhile ends too */
  start(stop: (failure: BuildFailure) => void): void {
    this.stop = stop;
    this.loop.start();
  }

  close(): Promise<void> {
    return this.loop.close();
  }

  async look(): Promise<void> {
    const space = await this.spaceOf(this.folder).catch(() => null);
    if (!space) return;
    const { freeBytes, totalBytes } = space;
    const floorBytes = Math.min(mostFloorBytes, totalBytes * floorPart);
    const isShort = freeBytes < (this.shortage === null ? floorBytes : floorBytes * enoughPart);
    if (isShort === (this.shortage === null))
      this.logger[isShort ? 'error' : 'info'](
        { freeBytes, floorBytes },
        'the disk has too little space, or enough again',
      );
    this.shortage = isShort
      ? `its disk has ${inGibibytes(freeBytes)} left, and keeps ${inGibibytes(floorBytes)} free.`
      : null;
    if (isShort) this.stop(new BuildFailure('DiskFull', `The builder ended its builds: ${this.shortage}`));
  }
}

async function readSpace(folder: string): Promise<DiskSpace> {
  const { bavail, blocks, bsize } = await statfs(folder);
  return { freeBytes: bavail * bsize, totalBytes: blocks * bsize };
}

function inGibibytes(bytes: number): string {
  return `${(bytes / gibibyte).toFixed(1)} GiB`;
}
