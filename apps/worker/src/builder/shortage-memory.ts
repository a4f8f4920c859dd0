import { nextFactor, type ShortageAge } from './shortage-patience.js';

/** Half a minute of looks. */
const looksUntilOver = 60;
/** Good looks that pay for one at which the disk was short. */
const looksToPayOne = 2;

/**
 * How long the disk of a builder is short. Of its bytes and its inodes together: whoever takes the one and then the other gets no more time
 * by it. Neither does who takes and gives back again and again (R23B-2): what was short and cost no build is remembered until there was
 * enough for half a minute, and is then paid off look by look (R24A-1).
 */
export class ShortageMemory {
  private looks = 0;
  private looksSinceEnd = 0;
  private looksUnjudged = 0;
  private goodLooks = 0;
  private isKept = false;
  private hasEnded = false;
  private endedInVain = false;
  /** At the look at which it has had enough for so long that what comes next has nothing to do with what was. */
  isOver = false;
  /** By which builds get more time. */
  factor = 1;

  /** @param hasRisen whether there is an eighth of the floor more than at the best look of this shortage before */
  look(isShort: boolean, hasRisen: boolean): void {
    this.isOver = false;
    if (!isShort) {
      this.pay();
      return;
    }
    this.goodLooks = 0;
    this.looks++;
    this.looksSinceEnd++;
    this.looksUnjudged++;
    // A layer of many files takes the engine its time. A step can give back bit by bit as well, so `looksUnjudged` goes on.
    if (hasRisen || !this.isKept) this.looks = this.looksSinceEnd = 0;
    this.isKept = true;
  }

  private pay(): void {
    this.goodLooks++;
    if (!this.isKept || this.goodLooks < looksUntilOver) return;
    if (this.looksUnjudged > 0 && this.goodLooks % looksToPayOne === 0) this.looksUnjudged--;
    this.looks = Math.min(this.looks, this.looksUnjudged);
    this.looksSinceEnd = Math.min(this.looksSinceEnd, this.looksUnjudged);
    if (this.looksUnjudged === 0) this.forget();
  }

  private forget(): void {
    this.isOver = true;
    this.isKept = false;
    this.factor = nextFactor(this.factor, this.endedInVain);
    this.hasEnded = this.endedInVain = false;
  }

  get age(): ShortageAge {
    return { looks: this.looks, looksSinceEnd: this.looksSinceEnd, looksUnjudged: this.looksUnjudged };
  }

  /** A build has ended for it. */
  ended(): void {
    this.looksSinceEnd = 0;
    this.hasEnded = true;
    this.judged();
  }

  /** One had to end, also where nobody here may be the cause. */
  judged(): void {
    this.looksUnjudged = 0;
  }

  /** All builds have ended, and it has not helped. */
  wasInVain(): void {
    this.endedInVain = this.hasEnded;
  }
}
