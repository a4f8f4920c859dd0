import type { EngineEvent } from '@cooperage/engines';

/** Looks that are compared: some seconds, since what an engine tells of a layer comes in pieces. */
const mostLooks = 20;

/**
 * How much one build lets the disk grow, as far as its engine says it: what is fetched, transferred, exported and pushed for it, and
 * what its steps write. Unpacked layers and files that COPY repeats are said nowhere: it tells builds apart, and is no sum.
 */
export class DiskGrowth {
  private readonly parts = new Map<string, number>();
  private told = 0;
  private written = 0;
  private readonly looks: number[] = [];

  note(event: EngineEvent): void {
    if (event.type !== 'progress') return;
    const part = `${event.stepId} ${event.id}`;
    const before = this.parts.get(part) ?? 0;
    if (event.current <= before) return;
    this.parts.set(part, event.current);
    this.told += event.current - before;
  }

  /** @param bytes all that the steps have written so far */
  noteWritten(bytes: number): void {
    this.written = Math.max(this.written, bytes);
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
