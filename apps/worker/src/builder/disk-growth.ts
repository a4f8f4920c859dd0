import type { EngineEvent } from '@cooperage/engines';

/** Looks that are compared: some seconds, since what an engine tells of a layer comes in pieces. */
export const mostLooks = 20;

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
  /** Ids of steps that fetch from an address now: an engine does not say how much comes, and may unpack it. */
  private readonly fetching = new Set<string>();
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

  private noteStep({ id, fetches, startedAt, completedAt }: Step): void {
    if (fetches === 'address' && startedAt && !completedAt) this.fetching.add(id);
    else this.fetching.delete(id);
  }

  /** @param bytes all that the steps have written so far; null while nobody knows */
  noteWritten(bytes: number | null): void {
    this.isUnseen = bytes === null;
    this.written = Math.max(this.written, bytes ?? 0);
  }

  /** Whether it may let the disk grow by what nobody can see now. */
  get isBlind(): boolean {
    return this.isUnseen || this.fetching.size > 0;
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
