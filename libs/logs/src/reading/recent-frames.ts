import type { LogFrame } from './log-frame.js';

/** What a kept frame costs beside its bytes; many small ones must not pass for nothing. */
const frameOverheadBytes = 256;

/** The newest live frames of a log, shared by all its viewers: each has a cursor into them instead of a queue. */
export class RecentFrames {
  private frames: LogFrame[] = [];
  private heldBytes = 0;
  private evicted = 0;

  constructor(private readonly limitBytes: number) {}

  /** Behind the newest frame; 0 while there was none. */
  get nextN(): number {
    return this.frames.at(-1)?.nextN ?? this.evicted;
  }

  /** Frames before this number were here and are gone. */
  get evictedN(): number {
    return this.evicted;
  }

  /**
   * Takes a frame in its place. One that is too large by itself is gone at once, with what was before it.
   * @returns false for one that is known or too old: the bus may double and reorder
   */
  add(frame: LogFrame): boolean {
    const place = this.place(frame.firstN);
    const before = this.frames[place - 1];
    const after = this.frames[place];
    if (frame.firstN < (before?.nextN ?? this.evicted)) return false;
    if (after !== undefined && frame.nextN > after.firstN) return false;
    this.frames.splice(place, 0, frame);
    this.heldBytes += cost(frame);
    while (this.heldBytes > this.limitBytes) this.evictOldest();
    return true;
  }

  /** The frame that holds `n`. */
  holding(n: number): LogFrame | undefined {
    const frame = this.frames[this.place(n) - 1];
    return frame !== undefined && n < frame.nextN ? frame : undefined;
  }

  /** How many frames begin at or before `n`; nearly always all of them, so it looks from the end. */
  private place(n: number): number {
    if ((this.frames.at(-1)?.firstN ?? -1) <= n) return this.frames.length;
    let low = 0;
    let high = this.frames.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.frames[middle]!.firstN <= n) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  private evictOldest(): void {
    const oldest = this.frames.shift()!;
    this.heldBytes -= cost(oldest);
    this.evicted = oldest.nextN;
  }
}

function cost({ bytes, packed }: LogFrame): number {
  return bytes.length + (packed?.length ?? 0) + frameOverheadBytes;
}
