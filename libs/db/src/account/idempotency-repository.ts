import type { Database } from '../database.js';

/** A call that its maker may make again without wanting it twice. */
export interface IdempotentCall {
  /** Who makes it: a person, or one token. */
  readonly caller: string;
  /** sha256 of what the caller calls it, in hex. */
  readonly key: string;
  /** sha256 of what is asked for, in hex. */
  readonly request: string;
}

export type IdempotentState =
  /** It is the caller's to make. */
  | { readonly kind: 'first' }
  /** Too many keys of this caller are kept. */
  | { readonly kind: 'too_many' }
  | {
      readonly kind: 'known';
      /** Whether the same was asked for. */
      readonly isSame: boolean;
      /** As JSON, as it was given; null while nobody has answered it. */
      readonly answer: string | null;
      readonly ageMs: number;
    };

/** How long an answer is kept, hours. */
export const idempotentHours = 24;
/** Of one caller. */
export const maxIdempotentKeys = 10_000;

/** Answers of calls that are not to be done twice. */
export class IdempotencyRepository {
  constructor(private readonly db: Database) {}

  /** One of many at once is the first. */
  async begin({ caller, key, request }: IdempotentCall): Promise<IdempotentState> {
    const inserted = await this.db.prisma.$executeRaw`
      INSERT INTO idempotent_call (caller, key, request) SELECT ${caller}, ${key}, ${request}
      WHERE (SELECT count(*) FROM idempotent_call WHERE caller = ${caller}) < ${maxIdempotentKeys}
      ON CONFLICT DO NOTHING`;
    if (inserted === 1) return { kind: 'first' };
    const [row] = await this.db.prisma.$queryRaw<{ request: string; answer: string | null; ageMs: number }[]>`
      SELECT request, answer, extract(epoch FROM now() - at)::float8 * 1000 AS "ageMs" FROM idempotent_call
      WHERE caller = ${caller} AND key = ${key}`;
    if (!row) return { kind: 'too_many' };
    return { kind: 'known', isSame: row.request === request, answer: row.answer, ageMs: row.ageMs };
  }

  async answer({ caller, key }: IdempotentCall, answer: string): Promise<void> {
    await this.db.prisma.$executeRaw`
      UPDATE idempotent_call SET answer = ${answer} WHERE caller = ${caller} AND key = ${key}`;
  }

  /** Nothing was done: the same key may be used again. */
  async forget({ caller, key }: IdempotentCall): Promise<void> {
    await this.db.prisma.$executeRaw`DELETE FROM idempotent_call WHERE caller = ${caller} AND key = ${key}`;
  }

  async removeExpired(): Promise<number> {
    return this.db.prisma
      .$executeRaw`DELETE FROM idempotent_call WHERE at < now() - ${idempotentHours}::int * interval '1 hour'`;
  }
}
