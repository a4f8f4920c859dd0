import { type DiskRoom, type DiskSpace, roomyBytes } from '@cooperage/domain';
import type { Engine } from '@cooperage/engines';
import type { Logger } from '@cooperage/telemetry';

/** An engine that keeps a hundred thousand records takes its time to count them. */
const everyMs = 60_000;

/** What an engine is asked to leave free; null for nothing. */
interface PruneGoal {
  /** As the file system counts it for root; null where all of its cache is to go. */
  readonly minFreeBytes: number | null;
}

/**
 * Whether the cache of an engine has to give way. It does so before the floor is reached, so that no build ends for the sake of a
 * cache. An engine knows what its records have of bytes and not of files: where inodes are short, all of it goes.
 * @param short what the disk has less of than its floor
 */
export function pruneGoal(space: DiskSpace, short: readonly Pick<DiskRoom, 'of'>[]): PruneGoal | null {
  if (short.some(({ of }) => of === 'files')) return { minFreeBytes: null };
  const roomy = roomyBytes(space.totalBytes);
  return space.freeBytes < roomy ? { minFreeBytes: roomy + space.reservedBytes } : null;
}

/**
 * Has the engine of this builder prune its cache where the disk gets short. An engine collects garbage only after a build, and a
 * builder without room starts none (ADR 12).
 */
export class EnginePruner {
  /** Whether the last try in this shortage removed nothing. */
  hasNothingLeft = false;
  private hasFailed = false;
  private isPruning = false;
  private prunedAt = Number.NEGATIVE_INFINITY;

  constructor(
    private readonly engine: Pick<Engine, 'prune'>,
    private readonly logger: Logger,
    private readonly now: () => number = Date.now,
  ) {}

  look(space: DiskSpace, short: readonly DiskRoom[]): void {
    const goal = pruneGoal(space, short);
    if (goal === null) [this.hasNothingLeft, this.hasFailed] = [false, false];
    else if (this.engine.prune && !this.isPruning && this.now() - this.prunedAt >= everyMs) void this.prune(goal);
  }

  private async prune({ minFreeBytes }: PruneGoal): Promise<void> {
    this.isPruning = true;
    try {
      const removed = await this.engine.prune?.(minFreeBytes);
      if (!removed) return;
      const hasNothingLeft = removed.records === 0;
      if (!hasNothingLeft)
        this.logger.info(removed, 'the disk gets short: the engine removed cache that was used least lately');
      else if (!this.hasNothingLeft)
        this.logger.warn('the disk gets short, and the engine has no cache on it that could be removed');
      this.hasNothingLeft = hasNothingLeft;
    } catch (error) {
      if (!this.hasFailed)
        this.logger.warn({ err: error }, 'the disk gets short, and the cache of the engine cannot be pruned');
      this.hasFailed = true;
    } finally {
      this.prunedAt = this.now();
      this.isPruning = false;
    }
  }
}
