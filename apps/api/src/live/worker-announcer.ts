import type { LiveNamespace } from './viewer.js';

/** A restart of a whole pool is told once. Pages ask again at most twice in a second. */
const quietMs = 500;

/** Tells pages that the workers are others. It names nobody, so everybody may hear it; pages ask the API for the rest. */
export class WorkerAnnouncer {
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly namespace: Pick<LiveNamespace, 'emit'>) {}

  readonly onNotification = (): void => {
    this.timer ??= setTimeout(() => {
      this.timer = undefined;
      this.namespace.emit('workers:changed');
    }, quietMs).unref();
  };
}
