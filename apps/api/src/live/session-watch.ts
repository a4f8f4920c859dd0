import { SessionRepository } from '@cooperage/db';
import type { Logger } from '@cooperage/telemetry';
import type { LiveNamespace, Viewer } from './viewer.js';

/** Twice a second, so that what was revoked is cut off within one (S-097). */
const periodMs = 500;

/** Ends connections whose session has ended, and subscriptions to organizations that the person is not in any more. */
export class SessionWatch {
  private timer: NodeJS.Timeout | undefined;
  private stopped = false;

  constructor(
    private readonly sessions: Pick<SessionRepository, 'organizationsOf'>,
    private readonly logger: Logger,
  ) {}

  start(namespace: LiveNamespace): void {
    this.timer = setTimeout(() => {
      void this.check(namespace)
        .catch((error: unknown) => this.logger.warn({ err: error }, 'sessions could not be checked'))
        .finally(() => this.stopped || this.start(namespace));
    }, periodMs);
  }

  stop(): void {
    this.stopped = true;
    clearTimeout(this.timer);
  }

  /** While the database is away nobody can be judged; nothing new can be subscribed to either. */
  async check(namespace: LiveNamespace): Promise<void> {
    const viewers = [...namespace.sockets.values()] as Viewer[];
    if (viewers.length === 0) return;
    const ids = [...new Set(viewers.map((viewer) => viewer.data.person.sessionId))];
    const valid = await this.sessions.organizationsOf(ids);
    for (const viewer of viewers) {
      const organizationIds = valid.get(viewer.data.person.sessionId);
      if (organizationIds === undefined) viewer.disconnect(true);
      else endForeign(viewer, organizationIds);
    }
  }
}

function endForeign(viewer: Viewer, organizationIds: ReadonlySet<string>): void {
  for (const [name, { organizationId, end }] of viewer.data.subscriptions) {
    if (organizationIds.has(organizationId)) continue;
    end();
    viewer.data.subscriptions.delete(name);
  }
}
