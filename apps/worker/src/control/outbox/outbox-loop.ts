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
const maxBackoffMs = 60_000;
/** Pauses shorter than the poll's are waited for here. */
const shortPauseMs = 1_000;
/** A clock that is read before a row is due would find nothing. */
const slackMs = 5;

/**
 * Takes promised work of some topics and hands it to their handlers, several at a time, when it is woken (see
 * `outbox-poll.ts` for what nobody wakes it for). A handler must be safe to repeat: it may have been cut off at any point
 * the last time.
 */
export class OutboxLoop {
  readonly topics: readonly OutboxTopic[];
  private readonly underWay = new Set<Promise<void>>();
  /** The newest claim round. It is awaited on close and never decides whether another one may begin. */
  private taking: Promise<void> = Promise.resolve();
  private isTaking = false;
  private wanted = false;
  private closed = false;
  private readonly pauses = new Set<NodeJS.Timeout>();

  constructor(
    private readonly outbox: OutboxRepository,
    private readonly handlers: Partial<Record<OutboxTopic, OutboxHandler>>,
    private readonly concurrency: number,
    private readonly instanceId: () => string,
    private readonly logger: Logger,
  ) {
    this.topics = Object.keys(handlers) as OutboxTopic[];
  }

  /** @param topic of the work that is due; empty when it is not known */
  wake(topic = ''): void {
    if (this.closed || (topic !== '' && !this.topics.includes(topic as OutboxTopic))) return;
    this.wanted = true;
    // `takeAll` ends synchronously when every slot is busy. A flag that it sets and clears itself cannot outlive it;
    // a promise that is assigned after it returned did, and the loop then never claimed again (R-W1).
    if (!this.isTaking) this.taking = this.takeAll();
  }

  /** Begins nothing more; resolves when nothing is under way, so that this process may say that it has ended. */
  async close(): Promise<void> {
    this.closed = true;
    for (const pause of this.pauses) clearTimeout(pause);
    await this.taking;
    await Promise.all(this.underWay);
  }

  private async takeAll(): Promise<void> {
    this.isTaking = true;
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
    } finally {
      this.isTaking = false;
    }
  }

  private begin(item: OutboxItem): void {
    const work = (this.closed ? this.giveBack(item) : this.handle(item)).finally(() => {
      this.underWay.delete(work);
      this.wake();
    });
    this.underWay.add(work);
  }

  private async handle(item: OutboxItem): Promise<void> {
    const keep = setInterval(() => void this.keep(item), lockMs / 3);
    try {
      const result = await this.handlers[item.topic]!(item);
      if (result.done) await this.outbox.done(item, this.instanceId());
      else await this.putBack(item, result.retryInMs, result.reason);
    } catch (error) {
      this.logger.error(
        { err: error, topic: item.topic, subjectId: item.subjectId, tries: item.attempts },
        'promised work failed',
      );
      await this.backOff(item, error as Error);
    } finally {
      clearInterval(keep);
    }
  }

  private async keep(item: OutboxItem): Promise<void> {
    await this.outbox.extend(item, this.instanceId(), lockMs).catch(() => undefined);
  }

  private async backOff(item: OutboxItem, error: Error): Promise<void> {
    const backoffMs = Math.min(maxBackoffMs, 250 * 2 ** Math.min(item.attempts, 12));
    // When this fails too, the lock runs out by itself and the work is taken again.
    await this.putBack(item, backoffMs, error.message).catch(() => undefined);
  }

  /** Taken a moment before this process was asked to end. */
  private giveBack(item: OutboxItem): Promise<void> {
    return this.putBack(item, 0, 'the process ends').catch(() => undefined);
  }

  private async putBack(item: OutboxItem, delayMs: number, reason: string): Promise<void> {
    await this.outbox.retry(item, this.instanceId(), delayMs, reason);
    if (this.closed || delayMs > shortPauseMs) return;
    const pause = setTimeout(() => {
      this.pauses.delete(pause);
      this.wake();
    }, delayMs + slackMs).unref();
    this.pauses.add(pause);
  }
}
