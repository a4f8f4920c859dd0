import type { OutboxItem, OutboxRepository, OutboxTopic } from '@cooperage/db';
import type { Logger } from '@cooperage/telemetry';

/** `retryInMs`: not now, for an expected reason. An error that is thrown is retried too, with a growing pause. */
export type HandlerResult =
  | { readonly done: true }
  | { readonly done: false; readonly retryInMs: number; readonly reason: string };
export type OutboxHandler = (item: OutboxItem) => Promise<HandlerResult>;

export const done: HandlerResult = { done: true };
export const later = (retryInMs: number, reason: string): HandlerResult => ({ done: false, retryInMs, reason });

const lockMs = 30_000;
const pollMs = 1_000;
const maxBackoffMs = 60_000;

/**
 * Takes promised work of some topics and hands it to their handlers, several at a time. A handler must be safe to repeat:
 * it may have been cut off at any point the last time.
 */
export class OutboxLoop {
  private readonly topics: OutboxTopic[];
  private readonly underWay = new Set<Promise<void>>();
  private taking = false;
  private wanted = false;
  private closed = false;
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly outbox: OutboxRepository,
    private readonly handlers: Partial<Record<OutboxTopic, OutboxHandler>>,
    private readonly concurrency: number,
    private readonly instanceId: () => string,
    private readonly logger: Logger,
  ) {
    this.topics = Object.keys(handlers) as OutboxTopic[];
  }

  wake(): void {
    if (this.closed) return;
    this.wanted = true;
    if (!this.taking) void this.takeAll();
  }

  async close(): Promise<void> {
    this.closed = true;
    clearTimeout(this.timer);
    await Promise.all(this.underWay);
  }

  private async takeAll(): Promise<void> {
    this.taking = true;
    clearTimeout(this.timer);
    try {
      while (this.wanted && !this.closed && this.underWay.size < this.concurrency) {
        this.wanted = false;
        const items = await this.outbox.take(
          this.topics,
          this.concurrency - this.underWay.size,
          this.instanceId(),
          lockMs,
        );
        for (const item of items) this.begin(item);
        if (items.length > 0) this.wanted = true;
      }
    } catch (error) {
      this.logger.error({ err: error }, 'promised work could not be taken');
    }
    this.taking = false;
    if (!this.closed) this.timer = setTimeout(() => this.wake(), pollMs).unref();
  }

  private begin(item: OutboxItem): void {
    const work = this.handle(item).finally(() => {
      this.underWay.delete(work);
      this.wake();
    });
    this.underWay.add(work);
  }

  private async handle(item: OutboxItem): Promise<void> {
    const keep = setInterval(
      () => void this.outbox.extend(item, this.instanceId(), lockMs).catch(() => undefined),
      lockMs / 3,
    );
    try {
      const result = await this.handlers[item.topic]!(item);
      if (result.done) await this.outbox.done(item, this.instanceId());
      else await this.outbox.retry(item, this.instanceId(), result.retryInMs, result.reason);
    } catch (error) {
      this.logger.error(
        { err: error, topic: item.topic, subjectId: item.subjectId, tries: item.attempts },
        'promised work failed',
      );
      await this.putBack(item, error as Error);
    } finally {
      clearInterval(keep);
    }
  }

  private async putBack(item: OutboxItem, error: Error): Promise<void> {
    const backoffMs = Math.min(maxBackoffMs, 250 * 2 ** Math.min(item.attempts, 12));
    // When this fails too, the lock runs out by itself and the work is taken again.
    await this.outbox.retry(item, this.instanceId(), backoffMs, error.message).catch(() => undefined);
  }
}
