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

/** Answers asks for one check: of several processes that could, the first to take it does. */
export class CheckAnswerer {
  private running: Promise<void> = Promise.resolve();

  constructor(
    private readonly checks: Pick<SetupCheckRepository, 'take' | 'answer'>,
    private readonly logger: Logger,
    private readonly options: CheckAnswererOptions,
  ) {}

  /** Somebody may have asked. One look at a time. */
  wake(): void {
    this.running = this.running.then(() => this.takeOne());
  }

  /** Resolves when no look is under way. */
  close(): Promise<void> {
    return this.running;
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
