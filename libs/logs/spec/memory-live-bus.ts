import type { LiveBus, OnFrame } from '../src/ports.js';

/** What a hostile bus does to one frame: how many times it arrives, and after how many others. */
export type Fate = () => { readonly copies: number; readonly delay: number };

const faithful: Fate = () => ({ copies: 1, delay: 0 });

/** A bus in memory that delivers in a later turn, and treats frames as `fate` says. */
export class MemoryLiveBus implements LiveBus {
  private readonly subscribers = new Map<string, Set<OnFrame>>();
  private delayed: { deliver: () => void; left: number }[] = [];
  published = 0;
  /** `false` lets `publish` refuse every frame, as without a connection. */
  connected = true;

  constructor(private readonly fate: Fate = faithful) {}

  publish(attemptId: string, frame: Uint8Array): boolean {
    this.published++;
    if (!this.connected) return false;
    const { copies, delay } = this.fate();
    const bytes = Uint8Array.from(frame);
    const deliver = () => this.deliver(attemptId, bytes);
    for (let copy = 0; copy < copies; copy++) this.delayed.push({ deliver, left: delay * (copy + 1) });
    this.passTime();
    return true;
  }

  subscribe(attemptId: string, onFrame: OnFrame): () => void {
    const all = this.subscribers.get(attemptId) ?? new Set();
    this.subscribers.set(attemptId, all);
    all.add(onFrame);
    onFrame(new Uint8Array());
    return () => all.delete(onFrame);
  }

  subscriptions(attemptId: string): number {
    return this.subscribers.get(attemptId)?.size ?? 0;
  }

  /** What a subscriber hears after a reconnect. */
  nudge(attemptId: string): void {
    this.deliver(attemptId, new Uint8Array());
  }

  private passTime(): void {
    const due = this.delayed.filter(({ left }) => left <= 0);
    this.delayed = this.delayed
      .filter(({ left }) => left > 0)
      .map(({ deliver, left }) => ({ deliver, left: left - 1 }));
    setImmediate(() => {
      for (const { deliver } of due) deliver();
    });
  }

  private deliver(attemptId: string, bytes: Uint8Array): void {
    for (const onFrame of this.subscribers.get(attemptId) ?? []) onFrame(bytes);
  }
}
