import { PrismaPg } from '@prisma/adapter-pg';
import {
  ColumnTypeEnum,
  DriverAdapterError,
  type SqlDriverAdapter,
  type SqlMigrationAwareDriverAdapterFactory,
  type SqlQuery,
  type SqlResultSet,
} from '@prisma/driver-adapter-utils';
import pg from 'pg';
import { setWhereKnown } from './known-setting.ts';
import { isOutside, statementsOf } from './script-statements.ts';

const TEXT_OID = 25;
/** The catalogue's internal type "char", which the engine reads and `@prisma/adapter-pg` 7.10 does not know. */
const CATALOGUE_CHAR_OID = 18;

type Rows = readonly unknown[];

/**
 * A pool of one connection that announces "char" columns as text, and remembers which ones it changed: the engine
 * insists on the type Character for them.
 */
class CatalogueQueries {
  readonly pool: pg.Pool;
  private readonly charColumns = new WeakMap<Rows, readonly number[]>();

  constructor(connectionString: string) {
    this.pool = new pg.Pool({ connectionString, max: 1 });
    const query = this.pool.query.bind(this.pool) as (...parameters: unknown[]) => Promise<pg.QueryResult | undefined>;
    const remembering = async (...parameters: unknown[]) => this.remember(await query(...parameters));
    this.pool.query = remembering as unknown as typeof this.pool.query;
  }

  restoreTypes(result: SqlResultSet): SqlResultSet {
    for (const column of this.charColumns.get(result.rows) ?? []) result.columnTypes[column] = ColumnTypeEnum.Character;
    return result;
  }

  private remember(result: pg.QueryResult | undefined): pg.QueryResult | undefined {
    const changed: number[] = [];
    for (const [column, field] of (result?.fields ?? []).entries()) {
      if (field.dataTypeID !== CATALOGUE_CHAR_OID) continue;
      field.dataTypeID = TEXT_OID;
      changed.push(column);
    }
    if (result && changed.length > 0) this.charColumns.set(result.rows, changed);
    return result;
  }
}

/** Why a migration's SQL failed. */
export interface FailedScript {
  /** Its SQLSTATE, or `connection` where that was lost. */
  readonly code: string;
  /** In PostgreSQL's words. */
  readonly reason: string;
}

export interface ScriptOptions {
  /** How long a migration in a transaction waits for a lock; 0, or left out, for ever. */
  readonly lockTimeoutMs?: number;
  /** Runs a script by `run`, with something before and behind it. */
  readonly around?: (script: string, run: () => Promise<void>) => Promise<void>;
}

/** What Prisma's schema engine speaks to PostgreSQL through; `close` ends its only connection. */
export class EngineAdapterFactory implements SqlMigrationAwareDriverAdapterFactory {
  readonly provider = 'postgres';
  readonly adapterName = '@prisma/adapter-pg';
  private readonly queries: CatalogueQueries;
  private readonly options: ScriptOptions;
  private failed: FailedScript | null = null;

  constructor(connectionString: string, options: ScriptOptions) {
    this.options = options;
    this.queries = new CatalogueQueries(connectionString);
  }

  async connect(): Promise<SqlDriverAdapter> {
    const adapter: SqlDriverAdapter = await new PrismaPg(this.queries.pool).connect();
    const queryRaw = adapter.queryRaw.bind(adapter);
    adapter.queryRaw = async (query: SqlQuery) => this.queries.restoreTypes(await queryRaw(query));
    const { around = (_script, run) => run() } = this.options;
    adapter.executeScript = (script: string) => around(script, () => this.executeWhole(script));
    return adapter;
  }

  /** Null where no migration's SQL has failed. */
  get failure(): FailedScript | null {
    return this.failed;
  }

  connectToShadowDb(): Promise<SqlDriverAdapter> {
    throw new Error('the launcher compares with a throw-away database of its own');
  }

  async close(): Promise<void> {
    await this.queries.pool.end();
  }

  /**
   * Sends a migration as one simple query, which PostgreSQL runs as one transaction. The adapter's own way cuts it at each
   * semicolon, so a function body breaks and a failing migration stays half applied. `statementsOf` names the exception. The server
   * ends it, too, when our process is gone: else it could take effect later, with nobody to write that down.
   */
  private async executeWhole(script: string): Promise<void> {
    const { pool } = this.queries;
    const { lockTimeoutMs = 0 } = this.options;
    try {
      await setWhereKnown(pool, 'client_connection_check_interval', 2000);
      // What is outside of a transaction keeps nobody waiting, and may wait for others as long as they take.
      if (isOutside(script)) for (const statement of statementsOf(script)) await pool.query(statement);
      else await pool.query(`SET LOCAL lock_timeout = ${lockTimeoutMs};\n${script}`);
    } catch (error) {
      if (!(error instanceof pg.DatabaseError)) {
        if (isLostConnection(error)) this.failed = { code: 'connection', reason: error.message };
        throw error;
      }
      const { code = 'XX000', severity = 'ERROR', message, detail, column, hint } = error;
      this.failed = { code, reason: message };
      throw new DriverAdapterError({ kind: 'postgres', code, severity, message, detail, column, hint });
    }
  }
}

function isLostConnection(error: unknown): error is Error {
  if (!(error instanceof Error)) return false;
  const { code, message } = error as NodeJS.ErrnoException;
  return ['ECONNRESET', 'EPIPE', 'ETIMEDOUT'].includes(String(code)) || message.startsWith('Connection terminated');
}
