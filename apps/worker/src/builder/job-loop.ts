import type { JobName, JobPayload } from '@cooperage/contracts';
import type { LoopSight } from '@cooperage/domain';
import { type JobWorker, type JobWorkerOptions, startJobWorker } from '@cooperage/queue';
import { type HeldSlot, Slots } from '../shared/slots.js';
import type { LoopLook, WatchedLoop } from '../shared/watchdog.js';

export type JobLoopOptions<J extends JobName> = Omit<JobWorkerOptions<J>, 'handle'> & {
  /** How long one job may hold its slot, milliseconds, until it knows better. Whatever still runs of it then is not waited for. */
  readonly slotLimitMs: number;
  readonly handle: (payload: JobPayload<J>, slot: HeldSlot) => Promise<void>;
};

/** Receives jobs of one sort, and can be looked at and begun anew by a watch. */
export class JobLoop<J extends JobName = JobName> implements WatchedLoop {
  readonly name: string;
  readonly receiver: JobWorker;
  private readonly slots: Slots;
  private next: { readonly id: string; readonly sinceMs: number } | null = null;

  constructor(options: JobLoopOptions<J>) {
    this.name = options.job;
    this.slots = new Slots(options.concurrency, options.slotLimitMs);
    this.receiver = startJobWorker<J>({
      ...options,
      handle: (payload) => this.slots.hold((slot) => this.slots.inTime(slot.signal, options.handle(payload, slot))),
    });
  }

  async look(): Promise<LoopLook> {
    return { loop: this, sight: await this.sight() };
  }

  async repair(): Promise<void> {
    this.slots.letGo();
    await this.receiver.restart();
  }

  close(): Promise<void> {
    return this.receiver.close();
  }

  private async sight(): Promise<LoopSight> {
    const { waiting, next } = await this.receiver.look();
    const now = performance.now();
    // How long the same job is the next one, by this process's clock: whoever sent it may have another.
    if (next !== this.next?.id) this.next = next === null ? null : { id: next, sinceMs: now };
    return { ...this.slots.sight(), due: waiting, oldestDueMs: this.next ? now - this.next.sinceMs : 0 };
  }
}
