import { mostFrameBytes } from '../limits/frame-bounds.js';
import type { LiveBus } from '../ports.js';

/** Sends frames of one attempt to its viewers, fire and forget, and counts what the bus did not take. */
export class LivePublisher {
  private sent = 0;
  private lost = 0;

  constructor(
    private readonly bus: LiveBus,
    private readonly attemptId: string,
  ) {}

  get frames(): number {
    return this.sent;
  }

  get dropped(): number {
    return this.lost;
  }

  publish(frame: Uint8Array): void {
    this.sent++;
    // Nobody would read it.
    const isTooLong = frame.length > mostFrameBytes;
    if (isTooLong) this.nudge();
    if (isTooLong || !this.bus.publish(this.attemptId, frame)) this.lost++;
  }

  /** Tells viewers that the archive has news which no frame carries: the log is complete, or an entry is too long for one. */
  nudge(): void {
    this.bus.publish(this.attemptId, new Uint8Array());
  }
}
