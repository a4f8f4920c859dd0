import type { DiskRoom } from '@cooperage/domain';
import { mostLooks } from './disk-growth.js';
import { nextFactor, type ShortageAge } from './shortage-patience.js';

/** Builds start again when there is a little more than where they were ended, so that it does not go to and fro. */
const enoughPart = 1.25;
/** After one was ended the next one ends when this part of the floor has gone meanwhile: what goes on alone is kept. */
export const fallPart = 0.125;
/** Half a minute of looks. */
const looksUntilOver = 60;

/**
 * How much of the disk's bytes, or of its inodes, was free lately: whether it is short, since when, and what was ended meanwhile. It decides
 * nothing; `DiskFloor` does, by what is said here.
 */
export class RoomWatch {
  isShort = false;
  /** When the last build was ended in this shortage. */
  private freeAtEnd = Infinity;
  /** When this shortage began, or a build or the engine was ended in it, whichever came last. */
  private freeSince = Infinity;
  private readonly frees: number[] = [];
  /** What was free most since a build was ended, or the shortage began. */
  private best = -Infinity;
  private looks = 0;
  private looksSinceEnd = 0;
  private goodLooks = 0;
  /** At the look at which it has become short. */
  hasBegun = false;
  private hasEnded = false;
  private endedInVain = false;
  /** By which builds get more time. */
  factor = 1;

  look({ free, floor }: DiskRoom): void {
    this.frees.push(free);
    if (this.frees.length > mostLooks) this.frees.shift();
    const wasShort = this.isShort;
    this.isShort = free < (wasShort ? floor * enoughPart : floor);
    if (!this.isShort) this.freeAtEnd = Infinity;
    if (!wasShort) this.freeSince = free;
    this.hasBegun = this.isShort && !wasShort;
    this.goodLooks = this.isShort ? 0 : this.goodLooks + 1;
    if (this.isOver) this.forget();
    if (!this.isShort) return;
    this.looks++;
    this.looksSinceEnd++;
    // A layer of many files takes the engine its time. Who gives back and takes again gets no more time by it.
    if (free < this.best + floor * fallPart) return;
    this.looks = 0;
    this.looksSinceEnd = 0;
    this.best = free;
  }

  /**
   * At the look at which it has had enough for so long that what comes next has nothing to do with what was. Who takes and gives back again
   * and again gets no more time by it (R23B-2).
   */
  get isOver(): boolean {
    return this.goodLooks === looksUntilOver;
  }

  private forget(): void {
    this.best = -Infinity;
    this.looks = this.looksSinceEnd = 0;
    this.factor = nextFactor(this.factor, this.endedInVain);
    this.hasEnded = this.endedInVain = false;
  }

  /** All builds have ended, and it has not helped. */
  wasInVain(): void {
    this.endedInVain = this.hasEnded;
  }

  /** Of a shortage, without the looks at which there was enough; it begins anew where the disk recovers. */
  get age(): ShortageAge {
    return { looks: this.looks, looksSinceEnd: this.looksSinceEnd };
  }

  hasFallen({ free, floor }: DiskRoom): boolean {
    return free <= this.freeAtEnd - floor * fallPart;
  }

  /** Whether it shrinks on within a shortage, although something was ended. */
  goesOn({ free, floor }: DiskRoom): boolean {
    return free <= this.freeSince - floor * fallPart;
  }

  ended({ free }: DiskRoom): void {
    this.best = free;
    this.looksSinceEnd = 0;
    this.hasEnded = true;
    this.freeAtEnd = free;
    this.freeSince = free;
  }

  asked({ free }: DiskRoom): void {
    this.freeSince = free;
  }

  /** Since it had most, within the last looks. */
  gone({ free }: DiskRoom): number {
    return Math.max(...this.frees) - free;
  }
}
