export type ServiceState =
  | { readonly kind: 'there' }
  /** `sinceMs` is when it was first missed, in milliseconds since 1970. */
  | { readonly kind: 'away'; readonly sinceMs: number; readonly reason: string };

/** Why the service cannot be asked now, in words after "The service does not answer:"; null when it can. */
export type Probe = () => Promise<string | null>;

/** How often a service that is away is looked for, in milliseconds. */
export const lookEveryMs = 2000;

/**
 * Knows whether a page can be made again. The framework leaves a page for good when its server does not answer a refresh, so
 * whoever wants one asks here first; while the service is away what was shown last stays, and is said to be old.
 */
export class ServiceWatch {
  private state: ServiceState = { kind: 'there' };
  private readonly listeners = new Set<() => void>();
  private timer: ReturnType<typeof setTimeout> | undefined;
  private asking: Promise<boolean> | null = null;

  constructor(private readonly probe: Probe) {}

  readonly current = (): ServiceState => this.state;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  /** Whether it answers now. Those that ask together share one question. */
  isThere(): Promise<boolean> {
    this.asking ??= this.ask().finally(() => {
      this.asking = null;
    });
    return this.asking;
  }

  /** Resolves as soon as it answers. */
  async whenThere(): Promise<void> {
    if (await this.isThere()) return;
    await new Promise<void>((resolve) => {
      const off = this.subscribe(() => {
        if (this.state.kind === 'away') return;
        off();
        resolve();
      });
    });
  }

  private async ask(): Promise<boolean> {
    const reason = await this.probe();
    clearTimeout(this.timer);
    if (reason !== null) this.timer = setTimeout(() => void this.isThere(), lookEveryMs);
    this.change(reason);
    return reason === null;
  }

  private change(reason: string | null): void {
    const { state } = this;
    if (reason === null ? state.kind === 'there' : state.kind === 'away' && state.reason === reason) return;
    this.state =
      reason === null
        ? { kind: 'there' }
        : { kind: 'away', reason, sinceMs: state.kind === 'away' ? state.sinceMs : Date.now() };
    for (const listener of this.listeners) listener();
  }
}
