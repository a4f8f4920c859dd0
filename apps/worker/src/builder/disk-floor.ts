import { BuildFailure, diskFloorBytes } from '@cooperage/domain';
import type { Logger } from '@cooperage/telemetry';
import { type DiskSpace, diskSpace } from '../shared/disk-space.js';
import { WakeLoop } from '../shared/wake-loop.js';
import { mostLooks } from './disk-growth.js';

/** A disk takes a gigabyte or two in a second. */
const everyMs = 500;
const limitMs = 30_000;
const gibibyte = 1024 ** 3;
/** Builds start again when there is a little more than where they were ended, so that it does not go to and fro. */
const enoughPart = 1.25;
/** Below this part of the floor all builds end: ending those that were known to grow has not helped. */
const lastPart = 0.5;
/** After one was ended the next one ends when this part of the floor has gone meanwhile: what goes on alone is kept. */
const fallPart = 0.125;

/** The builds that run here. */
export interface DiskUsers {
  /** Called at each look. */
  look(): void;
  /** Ends the one that let the disk grow most lately, see `HeldAttempts`. @returns false where it is not known of any */
  stopLargest(goneBytes: number, failure: (why: string) => BuildFailure): boolean;
  stopAll(failure: BuildFailure): void;
}

/**
 * What has to stay free on the disk of this worker: 5 % of it, at most 4 GiB. Limits of single builds do not count what the
 * engine itself writes for them (COPY, ADD, unpacked layers), and the database often lies on the same disk: a builder's
 * builds end before everybody's writes fail. Those that let it grow end first, one after the other while it shrinks.
 */
export class DiskFloor {
  readonly loop: WakeLoop;
  private shortage: string | null = null;
  private users: DiskUsers | null = null;
  /** Free bytes when the last one was ended in this shortage. */
  private freeAtEnd = Infinity;
  /** Free bytes at the last looks. */
  private readonly frees: number[] = [];

  /** @param folder any on the disk that is shared with the engine. A disk that does not say how full it is has no floor. */
  constructor(
    private readonly folder: string,
    private readonly logger: Logger,
    private readonly spaceOf: (folder: string) => Promise<DiskSpace> = diskSpace,
  ) {
    this.loop = new WakeLoop('disk floor', everyMs, logger, () => this.look(), limitMs);
  }

  /** Why no build may start now, as a sentence for an operator. */
  get obstacle(): string | null {
    return this.shortage && `It takes no builds: ${this.shortage}`;
  }

  start(users: DiskUsers): void {
    this.users = users;
    this.loop.start();
  }

  close(): Promise<void> {
    return this.loop.close();
  }

  async look(): Promise<void> {
    const space = await this.spaceOf(this.folder).catch(() => null);
    this.users?.look();
    if (!space) return;
    const { freeBytes, totalBytes } = space;
    this.frees.push(freeBytes);
    if (this.frees.length > mostLooks) this.frees.shift();
    const floorBytes = diskFloorBytes(totalBytes);
    const isShort = freeBytes < (this.shortage === null ? floorBytes : floorBytes * enoughPart);
    if (isShort === (this.shortage === null))
      this.logger[isShort ? 'error' : 'info'](
        { freeBytes, floorBytes },
        'the disk has too little space, or enough again',
      );
    this.shortage = isShort
      ? `its disk has ${inGibibytes(freeBytes)} left, and keeps ${inGibibytes(floorBytes)} free.`
      : null;
    if (isShort) this.makeRoom(freeBytes, floorBytes);
    else this.freeAtEnd = Infinity;
  }

  private makeRoom(freeBytes: number, floorBytes: number): void {
    if (freeBytes < floorBytes * lastPart) {
      this.users?.stopAll(new BuildFailure('DiskFull', `The builder ended its builds: ${this.shortage}`));
      return;
    }
    if (freeBytes > this.freeAtEnd - floorBytes * fallPart) return;
    const goneBytes = Math.max(...this.frees) - freeBytes;
    const failure = (why: string) =>
      new BuildFailure('DiskFull', `The builder ended this build, ${why}: ${this.shortage}`);
    if (this.users?.stopLargest(goneBytes, failure)) this.freeAtEnd = freeBytes;
  }
}

function inGibibytes(bytes: number): string {
  return `${(bytes / gibibyte).toFixed(1)} GiB`;
}
