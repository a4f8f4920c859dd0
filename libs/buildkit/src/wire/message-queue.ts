import type { Readable } from 'node:stream';

/** Takes a message; a promise means "no more until it settles". */
export type MessageHandler<T> = (message: T) => void | Promise<void>;

/**
 * Hands messages to a handler one after the other. While the handler asks for time the stream is not read, so that the
 * sender's own flow control holds back the rest and nothing piles up here.
 */
export class MessageQueue {
  private readonly waiting: Buffer[] = [];
  private running: Promise<void> | undefined;

  constructor(
    private readonly source: Readable,
    private readonly handle: MessageHandler<Buffer>,
  ) {}

  /** Never rejects; `idle` does when the handler failed. */
  put(message: Buffer): void {
    if (this.running) {
      this.waiting.push(message);
      return;
    }
    const pause = this.handle(message);
    if (!pause) return;
    this.source.pause();
    this.running = this.drain(pause);
    this.running.catch(() => {});
  }

  /** Resolves when every message was taken. @throws what the handler threw */
  async idle(): Promise<void> {
    await this.running;
  }

  private async drain(first: Promise<void>): Promise<void> {
    await first;
    for (let message = this.waiting.shift(); message; message = this.waiting.shift()) await this.handle(message);
    this.running = undefined;
    this.source.resume();
  }
}
