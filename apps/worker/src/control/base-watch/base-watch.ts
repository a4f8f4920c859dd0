import type { BaseTagRepository, BaseTimes, DueBase } from '@cooperage/db';
import type { Logger } from '@cooperage/telemetry';
import { WakeLoop } from '../../shared/wake-loop.js';
import type { AskRegistry } from './ask-registry.js';

const hourMs = 3_600_000;
/** Registries asked in one round: the rest has time. */
const mostAtOnce = 4;
/** One round; each of its questions has a shorter limit of its own. */
const roundLimitMs = 15 * 60_000;
const soonMs = 2_000;

export interface BaseWatchTimes extends BaseTimes {
  readonly intervalMs: number;
}

const baseWatchTimes: BaseWatchTimes = { againMs: 6 * hourMs, afterProblemMs: hourMs, intervalMs: 60_000 };

/**
 * Asks now and then whether the tags of base images have moved, so that an image page can say that a newer base is there.
 * A few at a time, each name of a project a few times a day, and nobody waits for it.
 */
export class BaseWatch {
  readonly loop: WakeLoop;
  private readonly stopping = new AbortController();
  private timer: NodeJS.Timeout | undefined;
  /** The organization whose turn was last: the next round begins behind it. */
  private servedLast = '';

  constructor(
    private readonly tags: BaseTagRepository,
    private readonly registries: Pick<AskRegistry, 'ask'>,
    private readonly logger: Logger,
    private readonly times: BaseWatchTimes = baseWatchTimes,
  ) {
    this.loop = new WakeLoop('base watch', times.intervalMs, logger, () => this.look(), roundLimitMs);
  }

  start(): void {
    this.loop.start();
  }

  /** An image was published, and may stand on something new. Many at once lead to one look. */
  soon(): void {
    this.timer ??= setTimeout(() => {
      this.timer = undefined;
      this.loop.wake();
    }, soonMs).unref();
  }

  close(): Promise<void> {
    clearTimeout(this.timer);
    this.stopping.abort();
    return this.loop.close();
  }

  async look(): Promise<void> {
    const due = await this.tags.due(this.times, mostAtOnce, this.servedLast);
    this.servedLast = due.at(-1)?.organizationSlug ?? this.servedLast;
    await Promise.all(due.map((base) => this.note(base)));
    await this.tags.forget();
  }

  private async note(base: DueBase): Promise<void> {
    const { signal } = this.stopping;
    try {
      await this.tags.begin(base, this.times);
      await this.tags.note(base, await this.registries.ask(base, signal));
    } catch (error) {
      if (signal.aborted) return;
      this.logger.warn({ err: error, projectId: base.projectId }, 'a base image could not be looked at');
      await this.tags.note(base, { problem: 'invalid' });
    }
  }
}
