import type { EngineWarning } from '@cooperage/domain';
import type { Engine } from '@cooperage/engines';
import type { Logger } from '@cooperage/telemetry';

/** Rules of a firewall can go while an engine runs. */
const everyMs = 600_000;
/** An engine that was away. */
const soonerMs = 60_000;
const timeoutMs = 30_000;

/** Whether the engine fetches from what is near it, found out by trying, beside the heartbeat, which does not wait for it. */
export class EngineReachWatch {
  private known: readonly EngineWarning[] = [];
  private askedAt = Number.NEGATIVE_INFINITY;
  private isAsking = false;

  constructor(
    private readonly engine: Pick<Engine, 'reachesNear'>,
    private readonly logger: Logger,
    private readonly now: () => number = Date.now,
  ) {}

  /** As it was found out last; none before. */
  latest(): readonly EngineWarning[] {
    if (this.engine.reachesNear && !this.isAsking && this.now() - this.askedAt >= everyMs) void this.ask();
    return this.known;
  }

  private async ask(): Promise<void> {
    this.isAsking = true;
    this.askedAt = this.now();
    try {
      const reach = await this.engine.reachesNear?.(AbortSignal.timeout(timeoutMs));
      if (reach === 'unknown') this.unknown();
      else this.known = reach === 'reached' ? ['fetches-unfiltered'] : [];
      if (reach === 'reached') this.logger.warn('the engine fetches from this machine and from private networks');
    } catch (error) {
      this.unknown(error);
    } finally {
      this.isAsking = false;
    }
  }

  /** Whatever is not known to be refused may be open. What was seen to be open stays so until it is seen to be refused. */
  private unknown(error?: unknown): void {
    this.askedAt = this.now() - everyMs + soonerMs;
    if (!this.known.includes('fetches-unfiltered')) this.known = ['fetches-unknown'];
    this.logger.info({ err: error }, 'it is not known what the engine can reach');
  }
}
