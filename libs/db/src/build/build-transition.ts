import { type BuildEvent, type FailureReport, type TransitionResult, transition } from '@cooperage/domain';
import type { Queryable } from '../database.js';
import { type Build, Prisma } from '../generated/client.js';
import { channels } from '../listen/channels.js';
import { announcementOf } from './build-announcement.js';
import { buildColumns } from './build-columns.js';
import { toBuildRecord } from './build-mapping.js';
import { movesOf } from './build-moves.js';
import { type BuildRecord, stateOf } from './build-record.js';
import { columnsOf } from './transition-columns.js';

export type Refusal = Extract<TransitionResult, { ok: false }>['reason'];
export type TransitionOutcome =
  | { readonly ok: true; readonly build: BuildRecord }
  | { readonly ok: false; readonly reason: Refusal | 'stale' | 'not_found' };

/** Under which circumstances the caller's event still holds. */
export interface Expectation {
  /** The epoch in whose name the caller speaks; a newer attempt makes it stale. */
  readonly attemptNumber?: number;
}

export interface TransitionRequest extends Expectation {
  readonly event: BuildEvent;
  readonly failure?: FailureReport;
  /** Who wanted it, for people's events. */
  readonly actor?: string;
  /** What must hold besides, over the build's row `b`. When it does not, the outcome is `stale`. */
  readonly provided?: Prisma.Sql;
  /** More columns of the build's row. Status, stage, version and moments are not the caller's to set. */
  readonly set?: readonly Prisma.Sql[];
  /** What changes with it elsewhere: common table expressions that read the changed row from `moved`. */
  readonly together?: Prisma.Sql;
}

/** A writer that is quicker each time would have to be quicker this often in a row. */
const looks = 5;

/**
 * The one place that changes a build's state: one statement that compares and sets by the machine's table, appends the
 * event, promises what follows and wakes whom it concerns. Whoever changes an attempt's state does it in here, too: the
 * build's row is what its writers wait for.
 * @param buildId or an expression for it
 */
export async function transitionIn(
  tx: Queryable,
  buildId: string | Prisma.Sql,
  request: TransitionRequest,
): Promise<TransitionOutcome> {
  const id = typeof buildId === 'string' ? Prisma.sql`${buildId}::uuid` : buildId;
  for (let look = 0; look < looks; look++) {
    const [row] = await tx.$queryRaw<Build[]>(statement(id, request));
    if (row) return { ok: true, build: toBuildRecord(row) };
    const refusal = await refusalOf(tx, id, request);
    if (refusal) return refusal;
  }
  return { ok: false, reason: 'stale' };
}

function statement(id: Prisma.Sql, request: TransitionRequest): Prisma.Sql {
  const { event, attemptNumber = null, failure = null, actor = null, set = [], together = Prisma.empty } = request;
  const columns = Prisma.join([...columnsOf(event, failure), ...set], ', ');
  return Prisma.sql`
    WITH move AS (${movesTable(event)}), moved AS (
      UPDATE build b SET status = m.to_status, stage = nullif(m.to_stage, ''), version = b.version + 1, ${columns}
      FROM move m
      WHERE b.id = ${id} AND b.status = m.from_status AND coalesce(b.stage, '') = m.from_stage
        AND (${attemptNumber}::int IS NULL OR b.attempt_number = ${attemptNumber}::int) AND ${provided(request)}
      RETURNING b.*, m.from_status, m.from_stage
    ), noted AS (
      INSERT INTO build_event (build_id, version, event, from_status, to_status, stage, attempt_number, actor, detail)
      SELECT id, version, ${event.type}, from_status, status, stage, attempt_number, ${actor}, failure FROM moved
    ), promised AS (
      INSERT INTO outbox (topic, subject_id, group_id)
      SELECT 'publish', id, project_id FROM moved WHERE ${event.type} = 'built' AND status = 'running'
      UNION ALL
      SELECT 'export-cache', id, id FROM moved WHERE ${event.type} = 'published' AND cache_export = 'pending'
      UNION ALL
      SELECT 'note-steps', id, id FROM moved WHERE status IN ('succeeded', 'failed', 'timed_out')
        AND attempt_number > 0 AND zone <> 'fork'
      RETURNING topic
    )${together}
    SELECT ${buildColumns('moved')}, ${wakes(event)} FROM moved`;
}

function movesTable(event: BuildEvent): Prisma.Sql {
  const moves = movesOf(event);
  const column = (values: (string | null)[]) => Prisma.sql`${values.map((value) => value ?? '')}::text[]`;
  return Prisma.sql`SELECT * FROM unnest(
    ${column(moves.map(({ from }) => from.status))}, ${column(moves.map(({ from }) => from.stage))},
    ${column(moves.map(({ to }) => to.status))}, ${column(moves.map(({ to }) => to.stage))}
  ) AS t(from_status, from_stage, to_status, to_stage)`;
}

/** Pages, the builder that has to stop, control's publisher, and the dispatcher where a build waits or a slot is free. */
function wakes(event: BuildEvent): Prisma.Sql {
  return Prisma.sql`${announcementOf('moved')} AS announced,
    CASE WHEN status = 'canceling' THEN pg_notify(${channels.cancel}, id::text)::text END AS canceled,
    (SELECT string_agg(pg_notify(${channels.outbox}, topic)::text, '') FROM promised) AS promised,
    CASE WHEN ${event.type} <> 'claimed' AND status <> 'canceling'
      AND (status = 'queued' OR from_status = 'queued' OR from_stage = 'builder')
      THEN pg_notify(${channels.dispatch}, '')::text END AS freed`;
}

function provided(request: TransitionRequest): Prisma.Sql {
  return request.provided ?? Prisma.sql`true`;
}

/** Why nothing was changed; null when the row has changed in between and now allows it. */
async function refusalOf(tx: Queryable, id: Prisma.Sql, request: TransitionRequest): Promise<TransitionOutcome | null> {
  const [row] = await tx.$queryRaw<(Build & { provided: boolean })[]>`
    SELECT ${buildColumns('b')}, ${provided(request)} AS provided FROM build b WHERE b.id = ${id}`;
  if (!row) return { ok: false, reason: 'not_found' };
  const { attemptNumber } = request;
  if (attemptNumber !== undefined && attemptNumber !== row.attemptNumber) return { ok: false, reason: 'stale' };
  const result = transition(stateOf(toBuildRecord(row)), request.event);
  if (!result.ok) return result;
  return row.provided ? null : { ok: false, reason: 'stale' };
}
