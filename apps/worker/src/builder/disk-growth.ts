import type { EngineEvent } from '@cooperage/engines';

/** Looks that are compared: some seconds, since what an engine tells of a layer comes in pieces. */
export const mostLooks = 20;

/** A file that COPY takes may be as large as its context, and ADD unpacks archives. Neither says how much it writes. */
const writes = /^\[[^\]]*\d+\/\d+\] (?:ADD|COPY) /;

type Step = Extract<EngineEvent, { type: 'step' }>['step'];

/**
 * How much one build lets the disk grow, as far as its engine says it: what is fetched, transferred, exported and pushed for it, and
 * what its steps write. Unpacked layers and files that COPY repeats are said nowhere: it tells builds apart, and is no sum.
 */
export class DiskGrowth {
  private readonly parts = new Map<string, number>();
  private told = 0;
  private written = 0;
  private readonly looks: number[] = [];
  /** Ids of steps that fetch from an address, copy or unpack now: an engine does not say how much. */
  private readonly untold = new Set<string>();
  private isUnseen = false;

  note(event: EngineEvent): void {
    if (event.type === 'step') this.noteStep(event.step);
    if (event.type !== 'progress') return;
    const part = `${event.stepId} ${event.id}`;
    const before = this.parts.get(part) ?? 0;
    if (event.current <= before) return;
    this.parts.set(part, event.current);
    this.told += event.current - before;
  }

  private noteStep({ id, name, fetches, startedAt, completedAt }: Step): void {
    if ((fetches === 'address' || writes.test(name)) && startedAt && !completedAt) this.untold.add(id);
    else this.untold.delete(id);
  }

  /** @param bytes all that the steps have written so far; null while nobody knows */
  noteWritten(bytes: number | null): void {
    this.isUnseen = bytes === null;
    this.written = Math.max(this.written, bytes ?? 0);
  }

  /** Whether it may let the disk grow by what nobody can see now. */
  get isBlind(): boolean {
    return this.isUnseen || this.untold.size > 0;
  }

  look(): void {
    this.looks.push(this.told + this.written);
    if (this.looks.length > mostLooks) this.looks.shift();
  }

  /** Bytes since the oldest look that is compared; all, where it began since. */
  get recent(): number {
    const oldest = this.looks.length < mostLooks ? 0 : this.looks[0]!;
    return this.told + this.written - oldest;
  }
}
