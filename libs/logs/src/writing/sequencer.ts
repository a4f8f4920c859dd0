import type { LogEntry } from '@cooperage/domain';

/** Milliseconds since the attempt was claimed, from a clock that never goes back. May be fractional. */
export type LogClock = () => number;

/** Numbers entries without gaps and stamps them; time never goes back, whatever the clock does. */
export class Sequencer {
  private lastAtMs = 0;

  constructor(
    private readonly clock: LogClock,
    private n = 0,
  ) {}

  /** The number of the next entry. */
  get nextN(): number {
    return this.n;
  }

  entry(content: Pick<LogEntry, 'kind' | 'step' | 'stream' | 'data'>): LogEntry {
    this.lastAtMs = Math.max(this.lastAtMs, Math.floor(this.clock()));
    return { n: this.n++, atMs: this.lastAtMs, ...content };
  }
}
