import { PrismaPg } from '@prisma/adapter-pg';
import { Prisma, PrismaClient } from './generated/client.js';
import { type ConnectionUser, connectWithinMs, SharedPool } from './shared-pool.js';

/** A connection pool, or one transaction on it: repositories take either. */
export type Queryable = PrismaClient | Prisma.TransactionClient;

export interface DatabaseOptions {
  readonly url: string;
  /** Most connections of this process's pool. */
  readonly poolSize: number;
  /** Longest statement in milliseconds; a paused process must not hold locks for longer. */
  readonly statementTimeoutMs?: number;
  readonly applicationName: string;
  /**
   * Of a builder: what its rows are known by, see `prisma/roles.sql`. Any text that nobody else knows; it is said once for each
   * connection.
   */
  readonly instanceKey?: string;
  /** Who uses a connection now. With it, users share the pool (`SharedPool`); without it, the first to come is served. */
  readonly user?: ConnectionUser;
}

/** The one place that knows how to connect. Opaque outside `libs/db`: others hand it to repositories. */
export class Database {
  /** @internal */
  readonly prisma: PrismaClient;
  readonly url: string;
  /** @internal */
  readonly instanceKey: string | null;

  constructor(options: DatabaseOptions) {
    const statementTimeoutMs = options.statementTimeoutMs ?? 5_000;
    this.url = options.url;
    this.instanceKey = options.instanceKey ?? null;
    const config = {
      connectionString: options.url,
      max: options.poolSize,
      application_name: options.applicationName,
      ...(this.instanceKey && { options: `-c cooperage.instance_key=${escaped(this.instanceKey)}` }),
      connectionTimeoutMillis: connectWithinMs,
      statement_timeout: statementTimeoutMs,
      // The server cannot end a statement whose answer never arrives: the connection is given up then.
      query_timeout: statementTimeoutMs + 1_000,
      // Sooner than the statement's own end: a statement that only waits is not one that takes too long.
      lock_timeout: Math.ceil(0.9 * statementTimeoutMs),
      // A process that is stopped inside a transaction loses it, so that its peers can go on.
      idle_in_transaction_session_timeout: statementTimeoutMs,
    };
    this.prisma = new PrismaClient({
      // The longer forms print the arguments of a failed call, sealed or not, into whatever logs the error.
      errorFormat: 'minimal',
      adapter: options.user
        ? new PrismaPg(new SharedPool(config, options.user), { disposeExternalPool: true })
        : new PrismaPg(config),
    });
  }

  /**
   * Runs `work` in one transaction and retries it on a write conflict or deadlock, so `work` must do nothing outside
   * the database. Never make a network call inside.
   */
  transaction<T>(work: (tx: Prisma.TransactionClient) => Promise<T>): Promise<T> {
    return this.retrying(() => this.prisma.$transaction(work, { maxWait: 5_000, timeout: 10_000 }));
  }

  /** Runs one statement, which is a transaction by itself: one round trip where `transaction` needs three. */
  statement<T>(work: (db: Queryable) => Promise<T>): Promise<T> {
    return this.retrying(() => work(this.prisma));
  }

  /** Whether the database answers and has the tables of this version. */
  async isReady(): Promise<boolean> {
    try {
      await this.prisma.$queryRaw`SELECT 1 FROM outbox LIMIT 1`;
      return true;
    } catch {
      return false;
    }
  }

  async close(): Promise<void> {
    await this.prisma.$disconnect();
  }

  private async retrying<T>(work: () => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await work();
      } catch (error) {
        if (attempt >= 4 || !isConflict(error)) throw error;
        await new Promise((resolve) => setTimeout(resolve, 5 * attempt + Math.random() * 10));
      }
    }
  }
}

/** As the server reads an option of a connection: white space and backslashes end or quote. */
function escaped(value: string): string {
  return value.replace(/[\\\s]/g, '\\$&');
}

/** Serialization failures and deadlocks (SQLSTATE 40001, 40P01; Prisma P2034): the transaction can simply run again. */
function isConflict(error: unknown): boolean {
  if (error instanceof Prisma.PrismaClientKnownRequestError) {
    if (error.code === 'P2034') return true;
    return /\b(40001|40P01)\b/.test(JSON.stringify(error.meta ?? {}));
  }
  return false;
}

/** A unique key was already taken (Prisma P2002, SQLSTATE 23505). */
export function isUniqueViolation(error: unknown): boolean {
  if (!(error instanceof Prisma.PrismaClientKnownRequestError)) return false;
  return error.code === 'P2002' || /\b23505\b/.test(JSON.stringify(error.meta ?? {}));
}
