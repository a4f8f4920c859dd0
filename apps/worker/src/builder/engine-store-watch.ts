import type { ProcessInfo } from '@cooperage/db';
import type { Engine } from '@cooperage/engines';
import type { Logger } from '@cooperage/telemetry';

/** An engine that keeps a hundred thousand records takes its time to count them. */
const everyMs = 60_000;

/** What the engine keeps for later builds, measured beside the heartbeat, which does not wait for it. */
export class EngineStoreWatch {
  private known: ProcessInfo['engineStore'];
  private askedAt = Number.NEGATIVE_INFINITY;
  private isAsking = false;

  constructor(
    private readonly engine: Pick<Engine, 'store'>,
    private readonly logger: Logger,
    private readonly now: () => number = Date.now,
  ) {}

  /** As it was measured last; undefined before, and where the engine does not say. */
  latest(): ProcessInfo['engineStore'] {
    if (this.engine.store && !this.isAsking && this.now() - this.askedAt >= everyMs) void this.ask();
    return this.known;
  }

  private async ask(): Promise<void> {
    this.isAsking = true;
    this.askedAt = this.now();
    try {
      const store = await this.engine.store?.();
      if (!store) return;
      const { oldestUse, ...counts } = store;
      const measuredAt = new Date(this.now()).toISOString();
      this.known = { ...counts, oldestUse: oldestUse?.toISOString() ?? null, measuredAt };
    } catch (error) {
      this.logger.info({ err: error }, 'the engine does not say what it keeps');
    } finally {
      this.isAsking = false;
    }
  }
}
