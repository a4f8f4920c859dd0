import { setTimeout as pause } from 'node:timers/promises';
import type { SetupCheckRepository } from '@cooperage/db';
import type { CheckCode, CheckFinding, CheckName } from '@cooperage/domain';
import type { Logger } from '@cooperage/telemetry';

/** What a look found, before it is known how long it took. */
export type Found = Pick<CheckFinding, 'code' | 'fact'>;

/** Looks at one part. May throw: what nobody foresaw is a finding too. */
export type Look = (signal: AbortSignal) => Promise<Found>;

export interface CheckAnswererOptions {
  readonly name: CheckName;
  /** Who answers, for people. */
  readonly by: string;
  readonly look: Look;
  /** The code of what was thrown. */
  readonly thrownAs: CheckCode;
  readonly timeoutMs: number;
}

/** Between two looks. Every role of the database may notify, as often as it likes. */
const betweenLooksMs = 50;

/**
 * Answers asks for one check: of several processes that could, the first to take it does. However often it is woken during a look,
 * one more follows.
 */
export class CheckAnswerer {
  private running: Promise<void> | null = null;
  private wanted = false;

  constructor(
    private readonly checks: Pick<SetupCheckRepository, 'take' | 'answer'>,
    private readonly logger: Logger,
    private readonly options: CheckAnswererOptions,
  ) {}

  /** Somebody may have asked. One look at a time. */
  wake(): void {
    this.wanted = true;
    this.running ??= this.run();
  }

  /** Resolves when no look is under way. */
  async close(): Promise<void> {
    await this.running;
  }

  private async run(): Promise<void> {
    while (this.wanted) {
      this.wanted = false;
      await this.takeOne();
      await pause(betweenLooksMs);
    }
    this.running = null;
  }

  private async takeOne(): Promise<void> {
    const { name, by } = this.options;
    try {
      const asked = await this.checks.take(name, by);
      if (asked) await this.checks.answer(asked, await this.find());
    } catch (error) {
      this.logger.warn({ err: error, check: name }, 'a check was not answered');
    }
  }

  private async find(): Promise<CheckFinding> {
    const { look, timeoutMs, thrownAs, name } = this.options;
    const startedAt = performance.now();
    const tookMs = () => performance.now() - startedAt;
    try {
      return { ...(await look(AbortSignal.timeout(timeoutMs))), tookMs: tookMs() };
    } catch (error) {
      this.logger.warn({ err: error, check: name }, 'a check found a fault');
      return { code: thrownAs, fact: (error as Error).message, tookMs: tookMs() };
    }
  }
}
