import type { LogHub } from '@cooperage/logs/read';
import type { Logger, Metrics } from '@cooperage/telemetry';
import type { Viewer } from './viewer.js';

export interface FollowedLog {
  readonly buildId: string;
  /** Number of the attempt. */
  readonly attempt: number;
  readonly attemptId: string;
  readonly from: number;
  /** Whether the page unpacks frames. */
  readonly isPacked: boolean;
}

/** Sends logs to pages: as fast as each of them reads, from the archive where it lags behind. */
export class LogFollowers {
  constructor(
    private readonly hub: Pick<LogHub, 'canFollow' | 'follow'>,
    private readonly metrics: Pick<Metrics, 'logSubscribers'>,
    private readonly logger: Logger,
  ) {}

  /** False for a place beyond the end of the log. */
  canFollow(attemptId: string, from: number): Promise<boolean> {
    return this.hub.canFollow(attemptId, from);
  }

  /** Begins in the background and ends with the log, the signal, or the connection. @param onEnd called once. */
  start(viewer: Viewer, log: FollowedLog, signal: AbortSignal, onEnd: () => void): void {
    this.metrics.logSubscribers.add({}, 1);
    void this.send(viewer, log, signal)
      .catch((error: unknown) => this.logger.warn({ err: error, buildId: log.buildId }, 'a log could not be followed'))
      .finally(() => {
        this.metrics.logSubscribers.add({}, -1);
        onEnd();
      });
  }

  private async send(
    viewer: Viewer,
    { buildId, attempt, attemptId, from, isPacked }: FollowedLog,
    signal: AbortSignal,
  ): Promise<void> {
    for await (const event of this.hub.follow(attemptId, from, signal)) {
      if (signal.aborted || !viewer.connected) return;
      if (event.kind === 'lagging') viewer.emit('log:lagging', { buildId, attempt });
      else if (event.kind === 'complete') viewer.emit('log:complete', { buildId, attempt, nextN: event.nextN });
      else {
        const head = { buildId, attempt, nextN: event.nextN };
        const packed = isPacked ? event.packed : undefined;
        const bytes = packed ?? event.bytes;
        await viewer.data.buffer.sendLog(bytes.length, signal, () =>
          viewer.emit('log:frames', packed ? { ...head, packed: 'deflate-raw' } : head, bytes),
        );
      }
    }
  }
}
