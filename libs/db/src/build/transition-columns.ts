import { type BuildEvent, type FailureReport, failureFingerprint } from '@cooperage/domain';
import { Prisma } from '../generated/client.js';
import { storedJson } from '../stored-text.js';
import { closedSpans, openSpan } from './phase-spans.js';

/** `m.to_status` is one that a build never leaves. */
const ends = Prisma.sql`m.to_status IN ('succeeded', 'failed', 'canceled', 'timed_out')`;
const rests = Prisma.sql`(${ends} OR m.to_status = 'queued')`;

/**
 * Columns that follow from the transition itself, for an update of `build b` by the move `m`: moments by the database's
 * clock, phases, and what no longer holds once a build has moved.
 */
export function columnsOf(event: BuildEvent, failure: FailureReport | null): Prisma.Sql[] {
  return [
    Prisma.sql`finished_at = CASE WHEN ${ends} THEN now() END`,
    Prisma.sql`stopped_at = CASE WHEN b.status = 'canceling' THEN now() ELSE b.stopped_at END`,
    Prisma.sql`wait_reason = NULL`,
    ...failureColumns(event, failure),
    ...inputColumns(event),
    ...cacheColumns(event),
    ...phaseColumns(event),
    ...momentsOf(event),
  ];
}

/** A canceled build has no failure, whatever its last attempt met. */
function failureColumns(event: BuildEvent, failure: FailureReport | null): Prisma.Sql[] {
  if (event.type === 'claimed') return [Prisma.sql`failure = NULL`, Prisma.sql`fingerprint = NULL`];
  const canceled = Prisma.sql`m.to_status = 'canceled'`;
  if (failure === null) {
    return [
      Prisma.sql`failure = CASE WHEN ${canceled} THEN NULL ELSE b.failure END`,
      Prisma.sql`fingerprint = CASE WHEN ${canceled} THEN NULL ELSE b.fingerprint END`,
    ];
  }
  return [
    Prisma.sql`failure = CASE WHEN NOT ${canceled} THEN ${storedJson(failure)}::jsonb END`,
    Prisma.sql`fingerprint = CASE WHEN NOT ${canceled} THEN ${failureFingerprint(failure)} END`,
  ];
}

/**
 * An attempt builds what it reads itself: what another builder wrote into the build is not its input (R22A-11). Whatever else follows from
 * the work of an attempt is written anew with `built`.
 */
function inputColumns(event: BuildEvent): Prisma.Sql[] {
  return event.type === 'claimed' ? [Prisma.sql`resolved = NULL`] : [];
}

/** A build that ended without success exports nothing. What is due is said with `built`, by the builder. */
function cacheColumns(event: BuildEvent): Prisma.Sql[] {
  if (event.type === 'built') return [];
  return [
    Prisma.sql`cache_export = CASE WHEN ${ends} AND m.to_status <> 'succeeded' THEN 'none' ELSE b.cache_export END`,
  ];
}

function phaseColumns(event: BuildEvent): Prisma.Sql[] {
  if (event.type === 'claimed') return [Prisma.sql`phase = 'fetch'`, Prisma.sql`phases = ${openSpan('fetch')}`];
  if (event.type === 'gate')
    return [Prisma.sql`phase = 'publish'`, Prisma.sql`phases = ${closedSpans} || ${openSpan('publish')}`];
  return [
    Prisma.sql`phase = CASE WHEN NOT ${rests} THEN b.phase END`,
    Prisma.sql`phases = CASE WHEN ${rests} THEN ${closedSpans} ELSE b.phases END`,
  ];
}

function momentsOf(event: BuildEvent): Prisma.Sql[] {
  if (event.type === 'claimed') return [Prisma.sql`started_at = coalesce(b.started_at, now())`];
  if (event.type === 'built') return [Prisma.sql`built_at = now()`];
  return [];
}
