import { setTimeout as sleep } from 'node:timers/promises';
import {
  isDatabaseOutage,
  type OutboxItem,
  type OutboxRepository,
  type OutboxShare,
  type OutboxTopic,
} from '@cooperage/db';
import type { LoopSight } from '@cooperage/domain';
import { isRegistryError } from '@cooperage/oci';
import type { Logger } from '@cooperage/telemetry';
import { SlotLimitExceeded, Slots } from '../../shared/slots.js';
import { SuspectTurn } from './suspect-turn.js';
import { UnwrittenEnds } from './unwritten-ends.js';

/** `retryInMs`: not now, for an expected reason. An error that is thrown is retried too, with a growing pause. */
export type HandlerResult =
  | { readonly done: true }
  | { readonly done: false; readonly retryInMs: number; readonly reason: string };
/** @param signal aborted when the work has held its slot for longer than it may */
export type OutboxHandler = (item: OutboxItem, signal: AbortSignal) => Promise<HandlerResult>;

/** Work that is given up where its process ended too often while it was under way: no `catch` ever sees that. */
export interface GivenUpWork {
  readonly handle: OutboxHandler;
  /** How many such takings in a row there may be. */
  readonly mostUnfinished: number;
  /** Does what `handle` does at the end of its tries, and nothing of the work itself. */
  readonly giveUp: (item: OutboxItem) => Promise<HandlerResult>;
  /** How long one piece of it may hold its slot, where that is less than in its loop. */
  readonly limitMs?: number;
}
/** What is only a handler must be done one day. It rests between series of takings that end their process. */
export type OutboxWork = OutboxHandler | GivenUpWork | Pick<GivenUpWork, 'handle' | 'limitMs'>;

export const done: HandlerResult = { done: true };
export const later = (retryInMs: number, reason: string): HandlerResult => ({ done: false, retryInMs, reason });

export interface OutboxLoopOptions {
  /** For people and metrics. */
  readonly name: string;
  /** Most work under way at a time. */
  readonly slots: number;
  /**
   * How long one piece of work may hold its slot. Its signal is aborted then, it is put back and counted as unfinished, and
   * whatever still runs of it is not waited for.
   */
  readonly slotLimitMs: number;
  /** How many slots one organization may hold. */
  readonly share: OutboxShare;
  readonly instanceId: () => string;
}

const lockMs = 30_000;
const maxBackoffMs = 60_000;
/** Of work that must be done: after so many processes in a row that ended, it rests. */
const mostUnfinished = 5;
const restMs = 600_000;
/** Pauses shorter than the poll's are waited for here. */
const shortPauseMs = 1_000;
/** Before suspect work is looked at again, for each process that ended while it was under way. */
const suspectPauseMs = 250;
/** Pauses before a return that failed is written again. It is worth it until the lock ends and the row is claimed again. */
const returnPausesMs = [2_000, 5_000, 10_000];
/** A clock that is read before a row is due would find nothing. */
const slackMs = 5;
/**
 * How long a claim waits for more slots to end while fewer than a quarter are free. It costs about the same for one row as for
 * several, and each end asks for one: where a thousand deliveries waited, claims took a third of the database's time.
 */
const gatherMs = 25;

/**
 * Takes promised work of some topics and hands it to their handlers, several at a time, when it is woken (see
 * `outbox-poll.ts` for what nobody wakes it for). A handler must be safe to repeat: it may have been cut off at any point
 * the last time, and one that was given up may still go on.
 */
export class OutboxLoop {
  readonly topics: readonly OutboxTopic[];
  private readonly slots: Slots;
  private readonly suspects = new SuspectTurn();
  /** The newest claim round. It is awaited on close and never decides whether another one may begin. */
  private taking: Promise<void> = Promise.resolve();
  /** The number of the claim round that is under way. One that was given up finds another number here. */
  private round: number | null = null;
  private rounds = 0;
  private wanted = false;
  private closed = false;
  private readonly pauses = new Set<NodeJS.Timeout>();
  private readonly unwritten = new UnwrittenEnds();

  constructor(
    private readonly outbox: OutboxRepository,
    private readonly handlers: Partial<Record<OutboxTopic, OutboxWork>>,
    private readonly options: OutboxLoopOptions,
    private readonly logger: Logger,
  ) {
    this.topics = Object.keys(handlers) as OutboxTopic[];
    this.slots = new Slots(options.slots, options.slotLimitMs);
  }

  get name(): string {
    return this.options.name;
  }

  /** @param topic of the work that is due; empty when it is not known */
  wake(topic = ''): void {
    if (this.closed || (topic !== '' && !this.topics.includes(topic as OutboxTopic))) return;
    this.wanted = true;
    // `takeAll` ends synchronously when every slot is busy. A mark that it sets and clears itself cannot outlive it;
    // a promise that is assigned after it returned did, and the loop then never claimed again (R-W1).
    if (this.round === null) this.taking = this.takeAll();
  }

  /** What a watch wants to know of it. Where all slots are busy, what waits is counted as if they were free. */
  async sight(): Promise<LoopSight> {
    const due = await this.outbox.due(this.topics, this.slots.free || this.options.slots, this.options.share);
    return { ...this.slots.sight(), ...due };
  }

  /** Gives up a claim round that hangs and work that is over its time, and begins to take anew. */
  repair(): void {
    this.round = null;
    this.slots.letGo();
    this.wake();
  }

  /** Begins nothing more; resolves when nothing is under way, so that this process may say that it has ended. */
  async close(): Promise<void> {
    this.closed = true;
    for (const pause of this.pauses) clearTimeout(pause);
    await this.taking;
    await this.slots.empty();
  }

  private async takeAll(): Promise<void> {
    const round = ++this.rounds;
    this.round = round;
    const goesOn = () => !this.closed && this.round === round;
    try {
      while (this.wanted && goesOn() && this.slots.free > 0) {
        if (this.slots.free < this.options.slots / 4) await sleep(gatherMs);
        if (!goesOn()) return;
        this.wanted = false;
        const { instanceId, share } = this.options;
        const { counts } = this.unwritten;
        const items = await this.outbox.take(this.topics, this.slots.free, instanceId(), lockMs, share, counts);
        for (const { id } of items) this.unwritten.forget(id);
        for (const item of items) this.begin(item, this.round === round);
        if (items.length > 0) this.wanted = true;
      }
    } catch (error) {
      this.logger.error({ err: error, loop: this.name }, 'promised work could not be taken');
    } finally {
      if (this.round === round) this.round = null;
    }
  }

  /** @param isOurs false for what a claim round brings that was given up: its slots may be busy meanwhile */
  private begin(item: OutboxItem, isOurs: boolean): void {
    const goesOn = isOurs && !this.closed;
    void this.slots
      .hold(({ signal }) => (goesOn ? this.handle(item, signal) : this.giveBack(item)), this.workOf(item).limitMs)
      .finally(() => this.wake());
  }

  /** What ran beside work that ended its process is suspect once. One at a time then shows which it was. */
  private async handle(item: OutboxItem, signal: AbortSignal): Promise<void> {
    if (item.unfinished === 0 || item.unfinished > this.workOf(item).mostUnfinished) return this.work(item, signal);
    const leave = this.suspects.enter();
    if (!leave) return this.postpone(item);
    try {
      await this.work(item, signal);
    } finally {
      leave();
    }
  }

  private async work(item: OutboxItem, signal: AbortSignal): Promise<void> {
    const keep = setInterval(() => void this.keep(item), lockMs / 3);
    try {
      const result = await this.slots.inTime(signal, this.run(item, signal));
      if (result.done) await this.done(item);
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

  private async done(item: OutboxItem): Promise<void> {
    await this.outbox.done(item, this.options.instanceId());
    this.unwritten.forget(item.id);
  }

  private run(item: OutboxItem, signal: AbortSignal): Promise<HandlerResult> {
    const work = this.workOf(item);
    if (item.unfinished <= work.mostUnfinished) return work.handle(item, signal);
    const { topic, subjectId, unfinished } = item;
    this.logger.error({ topic, subjectId, unfinished }, 'promised work is not begun: it did not end too often');
    return work.giveUp(item);
  }

  private workOf({ topic }: OutboxItem): GivenUpWork {
    const work = this.handlers[topic]!;
    return { giveUp: rest, mostUnfinished, ...(typeof work === 'function' ? { handle: work } : work) };
  }

  private async keep(item: OutboxItem): Promise<void> {
    await this.outbox.extend(item, this.options.instanceId(), lockMs).catch(() => undefined);
  }

  private async backOff(item: OutboxItem, error: Error): Promise<void> {
    const backoffMs = Math.min(maxBackoffMs, 250 * 2 ** Math.min(item.attempts, 12));
    // When this fails too, the lock runs out by itself and the work is taken again.
    await this.putBackAfter(item, backoffMs, error).catch(() => {
      if (error instanceof SlotLimitExceeded) return;
      this.unwritten.note(item.id);
      this.putBackLater(item, backoffMs, error.message, returnPausesMs);
    });
  }

  /**
   * Writes a return again that failed, so that another control that claims the row next does not count it as unfinished. A write
   * that comes behind that claim changes nothing: it names its own taking. It counts no failed try: the error may be that of the
   * return alone.
   */
  private putBackLater(
    item: OutboxItem,
    delayMs: number,
    reason: string,
    [pauseMs, ...further]: readonly number[],
  ): void {
    if (this.closed || pauseMs === undefined) return;
    const pause = setTimeout(() => {
      this.pauses.delete(pause);
      void this.putBack(item, delayMs, reason).catch(() => this.putBackLater(item, delayMs, reason, further));
    }, pauseMs).unref();
    this.pauses.add(pause);
  }

  private putBackAfter(item: OutboxItem, delayMs: number, error: Error): Promise<void> {
    if (error instanceof SlotLimitExceeded)
      return this.outbox.retryUnfinished(item, this.options.instanceId(), delayMs, error.message);
    // An outage says nothing of the work: it is no failed try of it. A registry that refuses connections is another one.
    if (!isRegistryError(error) && isDatabaseOutage(error)) return this.putBack(item, delayMs, error.message);
    return this.putBackFailed(item, delayMs, error.message);
  }

  /** Taken a moment before this process was asked to end. */
  private giveBack(item: OutboxItem): Promise<void> {
    return this.putBack(item, 0, 'it was taken by a round that was given up').catch(() => this.unwritten.note(item.id));
  }

  /** Where this fails, the lock runs out by itself. */
  private async postpone(item: OutboxItem): Promise<void> {
    const delayMs = suspectPauseMs * item.unfinished;
    await this.outbox.postpone(item, this.options.instanceId(), delayMs).then(
      () => this.wakeIn(delayMs),
      () => this.unwritten.note(item.id),
    );
  }

  private async putBack(item: OutboxItem, delayMs: number, reason: string): Promise<void> {
    const isWritten = await this.outbox.retry(item, this.options.instanceId(), delayMs, reason);
    // What is noted of a later taking stays.
    if (isWritten) this.unwritten.forget(item.id);
    this.wakeIn(delayMs);
  }

  private async putBackFailed(item: OutboxItem, delayMs: number, error: string): Promise<void> {
    await this.outbox.retryFailed(item, this.options.instanceId(), delayMs, error);
    this.wakeIn(delayMs);
  }

  private wakeIn(delayMs: number): void {
    if (this.closed || delayMs > shortPauseMs) return;
    const pause = setTimeout(() => {
      this.pauses.delete(pause);
      this.wake();
    }, delayMs + slackMs).unref();
    this.pauses.add(pause);
  }
}

async function rest({ unfinished }: OutboxItem): Promise<HandlerResult> {
  return later(restMs, `it did not end ${unfinished} times: its process ended, or it took too long`);
}
