import { inTurns } from '@cooperage/domain';
import type {
  AppendOutcome,
  ChunkStore,
  IndexedChunk,
  LogChunk,
  LogScale,
  LogTail,
  StoredChunk,
  SurveyedChunk,
  SurveyOptions,
} from '@cooperage/logs/ports';
import type { Database } from '../database.js';
import { Prisma } from '../generated/client.js';
import { type IndexedRow, indexedChunks, type SurveyedRow, surveyedChunks } from './line-counts.js';

const maxChunksOfRange = 256;
/** A writer's are 64 KiB. No reader unpacks more than 8 MiB, and a frame is at most this much longer than what cannot be packed. */
const mostPayloadBytes = 8_388_608 + 66_560;

/** What a row takes in memory. A builder wrote what it says of itself: both are asked for. Neither reads the payload. */
const takenBytes = Prisma.sql`greatest(entries_bytes, octet_length(payload))`;

/** One that is larger than any reader takes comes without its payload: it cannot be unpacked, and says so. */
const payload = Prisma.sql`CASE WHEN octet_length(payload) <= ${mostPayloadBytes} THEN payload ELSE ''::bytea END AS payload`;

/** The archive of logs on PostgreSQL. Each method is one statement, so each is atomic and safe to repeat. */
export class PostgresChunkStore implements ChunkStore {
  constructor(private readonly db: Database) {}

  async append(chunk: LogChunk): Promise<AppendOutcome> {
    const [row] = await this.db.prisma.$queryRaw<{ stored: boolean }[]>`
      WITH log AS (
        SELECT a.id FROM attempt a JOIN build b ON b.id = a.build_id
        WHERE a.id = ${chunk.attemptId}::uuid AND NOT a.log_complete AND a.log_next_n <= ${chunk.firstN}
          AND b.attempt_number <= ${chunk.epoch} AND a.log_epoch <= ${chunk.epoch}
          AND (a.state = 'claimed' OR a.number < ${chunk.epoch})
        FOR UPDATE OF a
      ), added AS (
        INSERT INTO log_chunk (attempt_id, first_n, last_n, epoch, first_at_ms, first_line, lines, first_text_byte, text_bytes,
          entries_bytes, line_deltas, trigrams, payload)
        SELECT id, ${chunk.firstN}, ${chunk.lastN}, ${chunk.epoch}, ${chunk.firstAtMs}, ${chunk.firstLine}, ${chunk.lines},
          ${chunk.firstTextByte}, ${chunk.textBytes}, ${chunk.entriesBytes},
          ${JSON.stringify(chunk.lineDeltas)}::jsonb, ${chunk.trigrams && Buffer.from(chunk.trigrams)}, ${Buffer.from(chunk.payload)}
        FROM log RETURNING attempt_id
      ), moved AS (
        UPDATE attempt a SET log_next_n = ${chunk.lastN + 1}, log_epoch = ${chunk.epoch},
          log_lines = ${chunk.firstLine + chunk.lines}, log_bytes = ${chunk.firstTextByte + chunk.textBytes}
        FROM added WHERE a.id = added.attempt_id RETURNING a.id
      )
      SELECT EXISTS (SELECT 1 FROM moved) OR EXISTS (
        SELECT 1 FROM log_chunk c WHERE c.attempt_id = ${chunk.attemptId}::uuid AND c.first_n = ${chunk.firstN}
          AND c.epoch = ${chunk.epoch}) AS stored`;
    return row?.stored ? 'stored' : 'fenced';
  }

  async seal(attemptId: string, epoch: number): Promise<AppendOutcome> {
    const [row] = await this.db.prisma.$queryRaw<{ sealed: boolean }[]>`
      WITH sealed AS (
        UPDATE attempt a SET log_complete = true, log_epoch = ${epoch} FROM build b
        WHERE a.id = ${attemptId}::uuid AND b.id = a.build_id AND b.attempt_number <= ${epoch} AND a.log_epoch <= ${epoch}
        RETURNING a.id
      )
      SELECT EXISTS (SELECT 1 FROM sealed) AS sealed`;
    return row?.sealed ? 'stored' : 'fenced';
  }

  async range(attemptId: string, fromN: number, limitBytes: number): Promise<readonly StoredChunk[]> {
    // At most this many chunks are looked at, so that a page of a very long log costs the same at any depth.
    const rows = await this.db.prisma.$queryRaw<StoredRow[]>`
      SELECT * FROM (
        SELECT *, sum(taken) OVER (ORDER BY first_n) AS total, row_number() OVER (ORDER BY first_n) AS nth FROM (
          SELECT first_n, last_n, first_at_ms, first_line, first_text_byte, entries_bytes, ${takenBytes} AS taken, ${payload} FROM log_chunk
          WHERE attempt_id = ${attemptId}::uuid
            AND first_n >= coalesce((SELECT first_n FROM log_chunk
              WHERE attempt_id = ${attemptId}::uuid AND first_n <= ${fromN} AND last_n >= ${fromN}
              ORDER BY first_n DESC LIMIT 1), ${fromN})
          ORDER BY first_n LIMIT ${maxChunksOfRange}) page
      ) c WHERE total <= ${limitBytes} OR nth = 1 ORDER BY first_n`;
    return rows.map(toStoredChunk);
  }

  async find(attemptId: string, scale: LogScale, position: number): Promise<number> {
    const rows =
      scale === 'line'
        ? await this.db.prisma.$queryRaw<{ n: bigint }[]>`
            SELECT first_n AS n FROM log_chunk WHERE attempt_id = ${attemptId}::uuid AND first_line < ${position}
            ORDER BY first_n DESC LIMIT 1`
        : await this.db.prisma.$queryRaw<{ n: bigint }[]>`
            SELECT first_n AS n FROM log_chunk WHERE attempt_id = ${attemptId}::uuid AND first_text_byte < ${position}
            ORDER BY first_n DESC LIMIT 1`;
    return Number(rows[0]?.n ?? 0);
  }

  async index(attemptId: string, fromN: number, limit: number, countBytes: number): Promise<readonly IndexedChunk[]> {
    const rows = await this.db.prisma.$queryRaw<IndexedRow[]>`
      SELECT first_n, last_n, entries_bytes, CASE WHEN total <= ${countBytes} THEN line_deltas::text END AS counts FROM (
        SELECT *, sum(octet_length(line_deltas::text)) OVER (ORDER BY first_n) AS total, row_number() OVER (ORDER BY first_n) AS nth FROM (
          SELECT first_n, last_n, entries_bytes, line_deltas FROM log_chunk
          WHERE attempt_id = ${attemptId}::uuid AND first_n >= ${fromN} ORDER BY first_n LIMIT ${limit}) page
      ) c WHERE coalesce(total, 0) <= ${countBytes} OR nth = 1 ORDER BY first_n`;
    return inTurns(indexedChunks(rows));
  }

  async survey(attemptId: string, options: SurveyOptions): Promise<readonly SurveyedChunk[]> {
    const { trigrams, limit, countBytes } = options;
    const rows = await this.db.prisma.$queryRaw<SurveyedRow[]>`
      WITH page AS (
        SELECT first_n, last_n, first_line, ${takenBytes} AS entries_bytes, line_deltas, trigrams FROM log_chunk
        WHERE attempt_id = ${attemptId}::uuid ORDER BY first_n LIMIT ${limit}
      ), size AS (
        SELECT coalesce(sum(octet_length(line_deltas::text)), 0) AS bytes FROM page
      )
      SELECT first_n, last_n, first_line, entries_bytes, CASE WHEN size.bytes <= ${countBytes} THEN line_deltas::text END AS counts,
        trigrams IS NULL OR NOT EXISTS (
          SELECT 1 FROM unnest(${trigrams}::int[]) AS hash
          WHERE get_bit(trigrams, (hash & (octet_length(trigrams) * 8 - 1))::bigint) = 0
        ) AS may_hold
      FROM page, size ORDER BY first_n`;
    return inTurns(surveyedChunks(rows));
  }

  async pick(attemptId: string, firstNs: readonly number[]): Promise<readonly StoredChunk[]> {
    const rows = await this.db.prisma.$queryRaw<StoredRow[]>`
      SELECT first_n, last_n, first_at_ms, first_line, first_text_byte, entries_bytes, ${payload} FROM log_chunk
      WHERE attempt_id = ${attemptId}::uuid AND first_n = ANY(${firstNs}::bigint[]) ORDER BY first_n`;
    return rows.map(toStoredChunk);
  }

  async tail(attemptId: string): Promise<LogTail> {
    const row = await this.db.prisma.attempt.findUnique({
      where: { id: attemptId },
      select: { logNextN: true, logLines: true, logBytes: true, logComplete: true },
    });
    if (!row) return { nextN: 0, lines: 0, textBytes: 0, complete: true };
    return {
      nextN: Number(row.logNextN),
      lines: Number(row.logLines),
      textBytes: Number(row.logBytes),
      complete: row.logComplete,
    };
  }
}

interface StoredRow {
  first_n: bigint;
  last_n: bigint;
  first_at_ms: bigint;
  first_line: bigint;
  first_text_byte: bigint;
  entries_bytes: number;
  payload: Uint8Array;
}

function toStoredChunk(row: StoredRow): StoredChunk {
  return {
    firstN: Number(row.first_n),
    lastN: Number(row.last_n),
    firstAtMs: Number(row.first_at_ms),
    firstLine: Number(row.first_line),
    firstTextByte: Number(row.first_text_byte),
    entriesBytes: row.entries_bytes,
    payload: row.payload,
  };
}
