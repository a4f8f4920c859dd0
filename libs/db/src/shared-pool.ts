import { FairShares, type Release } from '@cooperage/domain';
import pg from 'pg';

/** Who uses a connection: an opaque key. */
export type ConnectionUser = () => string;

type Callback = Parameters<pg.Pool['connect']>[0];

/** Longest wait for a connection, in milliseconds. */
export const connectWithinMs = 5_000;
/** Most statements and transactions of one user that wait for a connection. */
const mostWaiting = 2_000;

/**
 * A connection pool that its users share: one holds at most half of it, and the last free connection is kept for a user that holds
 * none. A user with hundreds of statements waits for itself.
 */
export class SharedPool extends pg.Pool {
  private readonly shares: FairShares;

  constructor(
    config: pg.PoolConfig & { readonly max: number },
    private readonly user: ConnectionUser,
  ) {
    super(config);
    const { max } = config;
    this.shares = new FairShares({ total: max, perKey: Math.max(1, Math.floor(max / 2)) }, mostWaiting);
  }

  override connect(): Promise<pg.PoolClient>;
  override connect(callback: Callback): void;
  override connect(callback?: Callback): Promise<pg.PoolClient> | undefined {
    const client = this.take(this.user());
    if (!callback) return client;
    client.then(
      (taken) => callback(undefined, taken, (error) => taken.release(error)),
      (error: Error) => callback(error, undefined, () => undefined),
    );
    return undefined;
  }

  private async take(user: string): Promise<pg.PoolClient> {
    const giveBack = this.shares.tryTake(user) ?? (await this.waitFor(user));
    try {
      return givingBack(await super.connect(), giveBack);
    } catch (error) {
      giveBack();
      throw error;
    }
  }

  private async waitFor(user: string): Promise<Release> {
    const release = await this.shares.take(user, AbortSignal.timeout(connectWithinMs));
    // In the words of the pool itself: `isDatabaseUnavailable` knows them.
    if (!release) throw new Error('timeout exceeded when trying to connect');
    return release;
  }
}

/** The pool sets `release` anew each time it hands a client out. */
function givingBack(client: pg.PoolClient, giveBack: Release): pg.PoolClient {
  const release = client.release.bind(client);
  client.release = (error) => {
    // The pool has the client again before the next one is let in.
    release(error);
    giveBack();
  };
  return client;
}
