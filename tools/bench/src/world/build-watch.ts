import { type BuildChange, buildChangeSchema } from '@cooperage/contracts';
import pg from 'pg';

/** The channel on which the product announces every change of a build when it commits. */
const channel = 'cooperage_build';

/** A change of a build, and when this process heard of it. */
export interface SeenChange extends BuildChange {
  /** On the clock of `performance.now()`. */
  readonly atMs: number;
}

type Wanted = (change: SeenChange) => boolean;

/**
 * Hears of builds as the dashboard does: PostgreSQL notifies when a change has committed. What is heard here has already
 * happened, so every time taken from it is a little too long, never too short.
 */
export class BuildWatch {
  private readonly seen: SeenChange[] = [];
  private readonly waiting = new Set<() => void>();

  private constructor(private readonly client: pg.Client) {}

  static async open(databaseUrl: string): Promise<BuildWatch> {
    const client = new pg.Client({ connectionString: databaseUrl });
    const watch = new BuildWatch(client);
    client.on('notification', ({ payload }) => watch.note(payload ?? ''));
    await client.connect();
    await client.query(`LISTEN ${channel}`);
    return watch;
  }

  /** The first such change after `sinceMs`, heard already or still to come. @throws {Error} after `timeoutMs` */
  async first(what: string, sinceMs: number, wanted: Wanted, timeoutMs = 120_000): Promise<SeenChange> {
    const find = () => this.seen.find((change) => change.atMs >= sinceMs && wanted(change));
    const found = find();
    if (found) return found;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.waiting.delete(look);
        reject(new Error(`waited ${timeoutMs} ms in vain: ${what}`));
      }, timeoutMs);
      const look = () => {
        const change = find();
        if (!change) return;
        clearTimeout(timer);
        this.waiting.delete(look);
        resolve(change);
      };
      this.waiting.add(look);
    });
  }

  changesOf(buildId: string): readonly SeenChange[] {
    return this.seen.filter((change) => change.buildId === buildId);
  }

  /** Forgets what was heard, so that looking stays cheap. */
  forget(): void {
    this.seen.length = 0;
  }

  close(): Promise<void> {
    return this.client.end();
  }

  private note(payload: string): void {
    const atMs = performance.now();
    this.seen.push({ ...buildChangeSchema.parse(JSON.parse(payload)), atMs });
    for (const look of [...this.waiting]) look();
  }
}
