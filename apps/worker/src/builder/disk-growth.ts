import type { DiskRoom } from '@cooperage/domain';
import type { EngineEvent, WrittenBytes } from '@cooperage/engines';

/** Looks that are compared: some seconds, since what an engine tells of a layer comes in pieces. */
export const mostLooks = 20;

/** A file that COPY takes may be as large as its context, and ADD unpacks archives. Neither says how much it writes. */
const writes = /^\[[^\]]*\d+\/\d+\] (?:ADD|COPY) /;

/** A layer that is unpacked. It may be a thousand times as large as what was fetched. */
const unpacking = /^extracting /;

type Progress = Extract<EngineEvent, { type: 'progress' }>;
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
  /** Layers that are unpacked now, by the step that they are fetched by. */
  private readonly unpacked = new Map<string, Set<string>>();
  private isUnseen = false;
  /** Whether what its steps write is never seen. This is so of nearly all in Docker Compose, so it says little of one (R23B-3). */
  isHidden = false;
  /** How often the disk has become short since it began, in a shortage that is not over. */
  private readonly shortages = new Map<DiskRoom['of'], number>();
  /** What was free at most since it began, and what of that has gone. */
  private readonly rooms = new Map<DiskRoom['of'], { readonly most: number; readonly fall: number }>();

  note(event: EngineEvent): void {
    if (event.type === 'step') this.noteStep(event.step);
    if (event.type !== 'progress') return;
    if (unpacking.test(event.id)) this.noteUnpacked(event);
    const part = `${event.stepId} ${event.id}`;
    const before = this.parts.get(part) ?? 0;
    if (event.current <= before) return;
    this.parts.set(part, event.current);
    this.told += event.current - before;
  }

  private noteUnpacked({ stepId, id, done }: Progress): void {
    const layers = this.unpacked.get(stepId) ?? new Set();
    if (done) layers.delete(id);
    else layers.add(id);
    if (layers.size > 0) this.unpacked.set(stepId, layers);
    else this.unpacked.delete(stepId);
  }

  private noteStep({ id, name, fetches, inputs, internal, cached, startedAt, completedAt }: Step): void {
    // What a step has begun with is there. Of what two builds fetched together the engine may never say so.
    if (startedAt && !internal && !cached) for (const input of inputs) this.unpacked.delete(input);
    if ((fetches === 'address' || writes.test(name)) && startedAt && !completedAt) this.untold.add(id);
    else this.untold.delete(id);
  }

  noteWritten(bytes: WrittenBytes): void {
    this.isUnseen = bytes === null;
    this.isHidden = bytes === 'hidden';
    this.written = Math.max(this.written, typeof bytes === 'number' ? bytes : 0);
  }

  /** Whether it may let the disk grow by what nobody can see now. */
  get isBlind(): boolean {
    return this.isUnseen || this.untold.size > 0 || this.unpacked.size > 0;
  }

  /** Bytes since it began. */
  get known(): number {
    return this.told + this.written;
  }

  look(rooms: readonly DiskRoom[] = []): void {
    for (const { of, free, bytesOfOne } of rooms) {
      const most = Math.max(this.rooms.get(of)?.most ?? 0, free);
      this.rooms.set(of, { most, fall: (most - free) * bytesOfOne });
    }
    this.looks.push(this.known);
    if (this.looks.length > mostLooks) this.looks.shift();
  }

  /** Bytes since the oldest look that is compared; all, where it began since. */
  get recent(): number {
    const oldest = this.looks.length < mostLooks ? 0 : this.looks[0]!;
    return this.known - oldest;
  }

  noteShortage(of: DiskRoom['of'], what: 'begins' | 'is over'): void {
    this.shortages.set(of, what === 'begins' ? this.shortagesOf(of) + 1 : 0);
  }

  shortagesOf(of: DiskRoom['of']): number {
    return this.shortages.get(of) ?? 0;
  }

  /** Bytes that the disk has lost since it began, by whomever. */
  fallOf(of: DiskRoom['of']): number {
    return this.rooms.get(of)?.fall ?? 0;
  }
}
