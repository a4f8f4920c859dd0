import {
  type Lane,
  lanes,
  type Placement,
  type PoolSlots,
  shareSlots,
  type WaitReason,
  waitReasonOf,
} from '@cooperage/domain';
import { announcementOf } from '../build/build-announcement.js';
import type { Database, Queryable } from '../database.js';
import { Prisma } from '../generated/client.js';
import { freeWorkers } from '../lease/live-slots.js';
import { holdLock } from '../lease/named-lock.js';
import { newId } from '../new-id.js';
import type { DispatchedAttempt } from './attempt-record.js';
import { DispatchView, laneOf, type WaitingBuild } from './dispatch-view.js';
import { Places } from './places.js';
import type { SealedToken, TokenNeed } from './registry-token-repository.js';

export interface DispatchSetting {
  /** That builds what is trusted: only slots of builders that have it count. */
  readonly engine: string;
  /** Otherwise the trusted pool is the home organization's alone, and all others build in the untrusted one. */
  readonly organizationsTrustEachOther: boolean;
}

interface LateAttempt extends Omit<DispatchedAttempt, 'worker'> {
  readonly projectId: string;
  readonly placedOn: string | null;
}

/** One whose version cannot grow would stop the dispatch of all others. No build comes near it by itself. */
const lastVersion = 2_000_000_000;

type TakenBuild = Omit<TokenNeed, 'attemptId'> & { readonly lane: Lane };

/** Gives free slots to waiting builds. */
export class DispatchRepository {
  constructor(
    private readonly db: Database,
    private readonly setting: DispatchSetting,
  ) {}

  /**
   * Makes attempts for waiting builds while there are free slots on live builders, shared between organizations by the
   * slot-seconds that each has used of late (docs/adr/0039), each with the builder that it goes to. One dispatcher at a time; the others find nothing
   * left to do.
   * @param tokenFor makes the registry token with which an attempt begins; called inside the transaction
   */
  async dispatchNext(tokenFor: (need: TokenNeed) => SealedToken): Promise<DispatchedAttempt[]> {
    return this.db.transaction(async (tx) => {
      // Whatever of this a crash could lose is chosen again: a claim, which is kept, keeps it too.
      await holdLock(tx, 'dispatch');
      const places = new Places(await freeWorkers(tx, this.setting.engine));
      const most = Math.max(...lanes.map((lane) => places.freeIn(lane)));
      if (most === 0) return [];
      const view = await DispatchView.read(tx, this.setting.organizationsTrustEachOther, most, places.names());
      const taken = await takeWaiting(tx, await chooseUnlocked(tx, view, places));
      const needs = taken.flatMap((build) => {
        const place = places.take(build.lane, build.projectId);
        // No more were taken than there are places.
        return place ? [{ ...build, ...place, attemptId: newId() }] : [];
      });
      await insertAttempts(
        tx,
        needs.map((need) => ({ ...need, token: tokenFor(tokenNeedOf(need)) })),
      );
      return needs.map(({ attemptId, buildId, number, lane, worker }) => ({
        ...{ attemptId, buildId, number, lane, worker },
        handovers: 0,
      }));
    });
  }

  /**
   * Attempts that were handed to the queue and not claimed: the queue may have lost them, or the builder that received the
   * job. They stay the same attempts and are handed over again, after `olderThanMs` and then less and less often, to
   * another builder where one is free.
   */
  async unclaimed(olderThanMs: number): Promise<DispatchedAttempt[]> {
    const late = await this.db.prisma.$queryRaw<LateAttempt[]>`
      SELECT a.id::text AS "attemptId", a.build_id::text AS "buildId", a.number, a.lane, a.handovers + 1 AS handovers,
        a.placed_on AS "placedOn", b.project_id::text AS "projectId"
      FROM attempt a JOIN build b ON b.id = a.build_id
      WHERE a.state = 'dispatched'
        AND a.dispatched_at < now() - least(${olderThanMs} * 2 ^ least(a.handovers, 10), 60000) * interval '1 millisecond'
      ORDER BY a.id`;
    if (late.length === 0) return [];
    return this.db.transaction(async (tx) => {
      await holdLock(tx, 'dispatch');
      const places = new Places(await freeWorkers(tx, this.setting.engine));
      const free = await unlocked(tx, late);
      const moved: DispatchedAttempt[] = [];
      for (const { placedOn, projectId, ...attempt } of late.filter(({ attemptId }) => free.has(attemptId))) {
        const place = places.take(attempt.lane, projectId, placedOn);
        const worker = place?.worker ?? placedOn;
        if (worker && (await handOver(tx, attempt, worker, place?.usual))) moved.push({ ...attempt, worker });
      }
      return moved;
    });
  }

  /** What waits and who could take it, for the metrics. */
  async census(): Promise<{ waiting: number; idle: number; busy: number; lost: number }> {
    const [row] = await this.db.prisma.$queryRaw<{ waiting: number; idle: number; busy: number; lost: number }[]>`
      WITH builder AS (
        SELECT p.ended_at IS NOT NULL AND p.end_reason = 'silent' AS lost, p.ended_at IS NULL AS alive,
          EXISTS (SELECT 1 FROM attempt a WHERE a.instance_id = p.id AND a.state = 'claimed') AS busy
        FROM process_instance p WHERE p.role = 'builder' AND (p.ended_at IS NULL OR p.ended_at > now() - interval '1 hour')
      )
      SELECT (SELECT count(*) FROM build WHERE status = 'queued')::int AS waiting,
        count(*) FILTER (WHERE alive AND NOT busy)::int AS idle, count(*) FILTER (WHERE alive AND busy)::int AS busy,
        count(*) FILTER (WHERE lost)::int AS lost
      FROM builder`;
    return row!;
  }

  /** Says of each waiting build why it waits. */
  async explainWaiting(): Promise<void> {
    const { organizationsTrustEachOther, engine } = this.setting;
    await this.db.transaction(async (tx) => {
      const places = new Places(await freeWorkers(tx, engine));
      const view = await DispatchView.read(tx, organizationsTrustEachOther, 1, places.names());
      const reasons = view.groups().flatMap(({ organizationId, lane }) =>
        [true, false].map((isFork) => {
          const facts = view.waitFacts(organizationId, lane, isFork, poolOf(view, places, lane));
          return { organizationId, lane, isFork, reason: waitReasonOf(facts) };
        }),
      );
      await noteReasons(tx, laneOf(organizationsTrustEachOther), reasons);
    });
  }
}

interface GroupReason {
  readonly organizationId: string;
  readonly lane: Lane;
  readonly isFork: boolean;
  readonly reason: WaitReason;
}

async function noteReasons(tx: Queryable, lane: Prisma.Sql, reasons: readonly GroupReason[]): Promise<void> {
  const column = <K extends keyof GroupReason>(name: K) => reasons.map((reason) => reason[name]);
  await tx.$executeRaw`
    WITH given AS (
      SELECT * FROM unnest(${column('organizationId')}::text[], ${column('lane')}::text[], ${column('isFork')}::boolean[],
        ${column('reason')}::text[]) AS g(organization_id, lane, is_fork, reason)
    ), waiting AS (
      SELECT b.id, CASE WHEN b.dispatch_after > now() THEN 'retry_pause' ELSE g.reason END AS reason
      FROM build b LEFT JOIN given g ON g.organization_id = b.organization_id AND g.lane = ${lane} AND g.is_fork = (b.zone = 'fork')
      WHERE b.status = 'queued' AND b.queued_at < now() - interval '2 seconds'
        AND NOT EXISTS (SELECT 1 FROM attempt a WHERE a.build_id = b.id AND a.state = 'dispatched')
    ), changed AS (
      SELECT b.id, w.reason FROM build b JOIN waiting w ON w.id = b.id
      WHERE b.status = 'queued' AND w.reason IS NOT NULL AND b.wait_reason IS DISTINCT FROM w.reason
      ORDER BY b.id FOR NO KEY UPDATE OF b SKIP LOCKED
    ), told AS (
      UPDATE build b SET wait_reason = c.reason, version = version + 1 FROM changed c WHERE b.id = c.id RETURNING b.*
    )
    SELECT ${announcementOf('told')} FROM told`;
}

/**
 * Shares the free slots among builds whose rows nobody holds, and locks those. A builder that was taken over may hold rows for
 * as long as its transaction may last, also that of a build which it has just given back; no slot waits for them.
 */
async function chooseUnlocked(tx: Queryable, view: DispatchView, places: Places): Promise<WaitingBuild[]> {
  const chosen = shareFree(view, places);
  if (chosen.length === 0) return [];
  const ids = chosen.map(({ id }) => id);
  const rows = await tx.$queryRaw<{ id: string }[]>`
    SELECT id::text FROM build WHERE id = ANY (${ids}::uuid[]) ORDER BY id FOR NO KEY UPDATE SKIP LOCKED`;
  const free = new Set(rows.map(({ id }) => id));
  if (free.size === chosen.length) return chosen;
  // Each round leaves out one at least.
  return chooseUnlocked(tx, view.without(new Set(ids.filter((id) => !free.has(id)))), places);
}

/** Which builds get the free slots, in order: shared by organization, in each lane. */
function shareFree(view: DispatchView, places: Places): WaitingBuild[] {
  const begun = new Map<string, number>();
  return lanes.flatMap((lane) => {
    const queues = Map.groupBy(view.waitingIn(lane), ({ organizationId }) => organizationId);
    const given = shareSlots(poolOf(view, places, lane), view.tenantsIn(lane, begun));
    for (const id of given) begun.set(id, (begun.get(id) ?? 0) + 1);
    return given.flatMap((id) => queues.get(id)?.shift() ?? []);
  });
}

function poolOf(view: DispatchView, places: Places, lane: Lane): PoolSlots {
  return { slots: places.slotsIn(lane), free: places.freeIn(lane), tenants: view.tenantsOf(lane) };
}

/** Gives each chosen build its next epoch. A build that was canceled a moment ago is not waiting any more. */
function takeWaiting(tx: Queryable, chosen: readonly WaitingBuild[]): Promise<TakenBuild[]> {
  return tx.$queryRaw<TakenBuild[]>`
    WITH chosen AS (
      SELECT * FROM unnest(${chosen.map(({ id }) => id)}::uuid[], ${chosen.map(({ lane }) => lane)}::text[])
        WITH ORDINALITY AS c(id, lane, turn)
    ), taken AS (
      UPDATE build b SET attempt_number = attempt_number + 1, version = version + 1, wait_reason = NULL
      FROM chosen c WHERE b.id = c.id AND b.status = 'queued' AND b.version < ${lastVersion} RETURNING b.*, c.turn, c.lane
    )
    SELECT t.id::text AS "buildId", t.project_id::text AS "projectId", t.organization_id AS "organizationId", t.zone, t.ref, t.platform,
      t.cache_policy AS "cachePolicy", t.cache_epoch AS "cacheEpoch", t.main_cache_epoch AS "mainCacheEpoch",
      t.target_ref AS "targetRef", t.target_cache_epoch AS "targetCacheEpoch", t.attempt_number AS number, t.lane,
      p.default_branch AS "defaultBranch"
    FROM taken t JOIN project p ON p.id = t.project_id ORDER BY t.turn`;
}

/** The rights of a token do not depend on where it is built. */
function tokenNeedOf({
  lane: _lane,
  worker: _worker,
  usual: _usual,
  ...need
}: TokenNeed & Placement & { lane: Lane }): TokenNeed {
  return need;
}

type NewAttempt = TokenNeed & Placement & { readonly lane: Lane; readonly token: SealedToken };

async function insertAttempts(tx: Queryable, attempts: readonly NewAttempt[]): Promise<void> {
  if (attempts.length === 0) return;
  const rows = attempts.map(
    ({
      attemptId,
      buildId,
      number,
      lane,
      worker,
      usual,
      token,
    }) => Prisma.sql`(${attemptId}::uuid, ${buildId}::uuid, ${number}::int, ${lane}, ${worker}, ${placementOf(usual)}, 'dispatched',
      ${Buffer.from(token.sealed)}::bytea, now() + ${token.ttlMs} * interval '1 millisecond')`,
  );
  await tx.$executeRaw`
    INSERT INTO attempt (id, build_id, number, lane, placed_on, placement, state, registry_token, registry_token_expires_at) VALUES ${Prisma.join(rows)}`;
}

/**
 * Attempts whose rows nobody holds. A builder may lock the rows of its own attempts for as long as it likes, and the attempts
 * of others must not wait for it.
 */
async function unlocked(tx: Queryable, attempts: readonly LateAttempt[]): Promise<ReadonlySet<string>> {
  const rows = await tx.$queryRaw<{ id: string }[]>`
    SELECT id::text FROM attempt WHERE id = ANY (${attempts.map(({ attemptId }) => attemptId)}::uuid[])
    FOR UPDATE SKIP LOCKED`;
  return new Set(rows.map(({ id }) => id));
}

/** @returns false when it was claimed, or ended, a moment ago */
async function handOver(
  tx: Queryable,
  { attemptId, handovers }: Pick<DispatchedAttempt, 'attemptId' | 'handovers'>,
  worker: string,
  usual: boolean | undefined,
): Promise<boolean> {
  const kept = usual === undefined ? Prisma.sql`placement` : Prisma.sql`${placementOf(usual)}`;
  const count = await tx.$executeRaw`
    UPDATE attempt SET dispatched_at = now(), handovers = ${handovers}::int, placed_on = ${worker}, placement = ${kept}
    WHERE id = ${attemptId}::uuid AND state = 'dispatched' AND handovers = ${handovers - 1}::int`;
  return count === 1;
}

function placementOf(usual: boolean): string {
  return usual ? 'usual' : 'other';
}
