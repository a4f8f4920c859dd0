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

  /** `onFailure` is told when the handler threw; nothing is handed over afterwards. */
  constructor(
    private readonly source: Readable,
    private readonly handle: MessageHandler<Buffer>,
    private readonly onFailure: (error: unknown) => void,
  ) {}

  /** @throws what the handler throws at once */
  put(message: Buffer): void {
    if (this.running) {
      this.waiting.push(message);
      return;
    }
    const pause = this.handle(message);
    if (!pause) return;
    this.source.pause();
    this.running = this.drain(pause).catch(this.onFailure);
  }

  /** Resolves when every message was taken. */
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
