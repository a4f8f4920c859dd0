import { promisify } from 'node:util';
import { inflateRaw, type ZlibOptions } from 'node:zlib';
import {
  type CacheFacts,
  type CacheReadFact,
  decodeManifest,
  type EvictionWords,
  type IsolationSubject,
  type ManifestEntry,
  mostManifestBytes,
  mostManifestEntries,
  namedContextFact,
  parseContextName,
  type ResolvedDefinition,
  type ResolvedInputs,
  resultSpace,
  type StepOutcome,
  stepMark,
  type TargetFacts,
  type TargetRecords,
  unpackTargets,
} from '@cooperage/domain';
import type { Database } from '../database.js';
import { Prisma } from '../generated/client.js';
import type { BaseImage } from './build-record.js';

const decompress = promisify<Uint8Array, ZlibOptions, Buffer>(inflateRaw);

/** How many earlier builds are asked for the results that one of them may have lent. */
const mostAsked = 8;
/** How far back they are looked for: the price is the same in a project of any age. */
const mostLookedAt = 200;
/** What the contexts of one question may hold together, the nearest build's first. The others count as not recorded. */
const [mostManifests, mostTextBytes, mostEntries] = [256, 2 * mostManifestBytes, 4 * mostManifestEntries];
/**
 * Bytes of text that the rows of one question may have together: builders wrote them. Eight Dockerfiles of a MiB with a thousand steps each
 * have less. What has no room is like a build that is not there.
 */
const mostFactBytes = 33_554_432;

interface FactsRow extends IsolationSubject {
  readonly id: string;
  readonly number: number;
  readonly commitTime: bigint;
  readonly buildArgs: Record<string, string>;
  readonly namedContexts: Record<string, string>;
  readonly resolved: ResolvedDefinition | null;
  readonly baseImages: readonly BaseImage[];
  readonly noCache: boolean;
  readonly afterReset: boolean;
  /** With the moment as the database writes it in JSON. */
  readonly evicted: (EvictionWords & { readonly at: string }) | null;
  readonly startedAt: Date | null;
  readonly cacheExport: CacheFacts['cacheExport'];
  readonly workerName: string | null;
  /** As the builder wrote it down. */
  readonly space: string | null;
  readonly dockerfile: string;
  readonly cacheRead: CacheReadFact | null;
  readonly contextDigest: string | null;
  readonly targetRecords: TargetRecords | null;
  readonly steps: readonly StepOutcome[];
}

/** What is known of a build and of those before it when the question is why its steps ran. */
export class CacheFactsRepository {
  constructor(private readonly db: Database) {}

  /** Null before its builder has read the Dockerfile. */
  async find(buildId: string): Promise<CacheFacts | null> {
    const [facts] = await this.facts(Prisma.sql`
      SELECT b.*, a.id AS attempt_id, a.worker_name, a.result_space, a.dockerfile, a.context_digest,
        a.target_records, a.cache_read, 1 AS turn
      FROM build b JOIN attempt a ON a.build_id = b.id AND a.number = b.attempt_number
      WHERE b.id = ${buildId}::uuid AND a.dockerfile IS NOT NULL`);
    return facts ?? null;
  }

  /**
   * Builds before it whose results it could have found: the one that left the cache that it read, and the newest of its own
   * ref, of its target, of the default branch, and of all on the worker that ran it, as far as zones are not apart there.
   */
  async earlier(buildId: string): Promise<CacheFacts[]> {
    return this.facts(Prisma.sql`
      SELECT e.*, a.id AS attempt_id, a.worker_name, a.result_space, a.dockerfile, a.context_digest,
        a.target_records, a.cache_read, row_number() OVER (ORDER BY e.number = w.number DESC NULLS LAST, e.number DESC) AS turn
      FROM build b
      JOIN project p ON p.id = b.project_id
      LEFT JOIN attempt ba ON ba.build_id = b.id AND ba.number = b.attempt_number
      CROSS JOIN LATERAL (SELECT (ba.cache_read->'cache'->>'writtenBy')::int AS number) w
      JOIN LATERAL (SELECT * FROM build o WHERE o.project_id = b.project_id AND o.number < b.number
        AND (o.number >= b.number - ${mostLookedAt} OR o.number = w.number)) e ON e.platform = b.platform
      JOIN attempt a ON a.build_id = e.id AND a.number = e.attempt_number
      WHERE b.id = ${buildId}::uuid AND a.dockerfile IS NOT NULL
        AND (e.number = w.number OR (e.zone = b.zone AND e.ref = b.ref)
          OR (e.zone = 'protected' AND e.ref IN ('refs/heads/' || p.default_branch, b.target_ref))
          OR (a.worker_name = ba.worker_name AND e.isolated = b.isolated AND (e.zone = b.zone OR NOT b.isolated)
            AND (e.ref = b.ref OR b.zone <> 'fork')))
      ORDER BY turn LIMIT ${mostAsked}`);
  }

  /** @param builds in the order of their `turn` */
  private async facts(builds: Prisma.Sql): Promise<CacheFacts[]> {
    const rows = await this.db.prisma.$queryRaw<FactsRow[]>`
      SELECT * FROM (SELECT known.*, sum(octet_length(known::text)) OVER (ORDER BY turn) AS total FROM (
      SELECT f.turn, f.id::text AS id, f.number, f.commit_time AS "commitTime", f.build_args AS "buildArgs",
        f.named_contexts AS "namedContexts", f.resolved, f.base_images AS "baseImages",
        f.project_id::text AS "projectId", f.attempt_id::text AS "attemptId", f.zone, f.ref, f.isolated,
        f.cache_policy AS "cachePolicy", f.cache_epoch AS "cacheEpoch", f.after_reset AS "afterReset",
        f.started_at AS "startedAt", (SELECT jsonb_build_object('at', v.at, 'why', v.why, 'unusedDays', v.unused_days)
          FROM cache_eviction v WHERE v.project_id = f.project_id AND v.zone = f.zone AND v.ref = f.ref AND v.platform = f.platform
          AND v.epoch = f.cache_epoch AND v.at > f.built_at ORDER BY v.at LIMIT 1) AS evicted,
        f.no_cache OR f.cache_policy = 'none' AS "noCache", f.cache_export AS "cacheExport", f.worker_name AS "workerName",
        f.result_space AS space, f.dockerfile,
        f.cache_read AS "cacheRead", f.context_digest AS "contextDigest", f.target_records AS "targetRecords",
        coalesce(s.steps, '[]'::jsonb) AS steps
      FROM (${builds}) f
      LEFT JOIN LATERAL (SELECT jsonb_agg(jsonb_build_object('ordinal', ordinal, 'name', name, 'stage', stage, 'target', target,
          'cached', cached, 'started', started_at IS NOT NULL,
          'completed', completed_at IS NOT NULL AND error IS NULL,
          'ms', coalesce(extract(epoch FROM completed_at - started_at) * 1000, 0),
          'startedMs', extract(epoch FROM started_at) * 1000, 'endedMs', extract(epoch FROM completed_at) * 1000) ORDER BY ordinal) AS steps
        FROM step WHERE attempt_id = f.attempt_id AND NOT internal) s ON true) known) c
      WHERE total <= ${mostFactBytes} ORDER BY number DESC`;
    const contexts = await this.contexts(rows);
    return rows.map((row) => toFacts(row, contexts));
  }

  /** What the contexts held of builds of one project: each is read once, however many had it, as far as there is room. */
  private async contexts(rows: readonly FactsRow[]): Promise<Contexts> {
    const digests = rows.flatMap(({ contextDigest, targetRecords }) => [
      ...(contextDigest === null ? [] : [contextDigest]),
      ...(targetRecords?.targets ?? []).map((target) => target.contextDigest),
    ]);
    const projectId = rows[0]?.projectId;
    const contexts = new Map<string, readonly ManifestEntry[]>();
    if (projectId === undefined) return contexts;
    // One after the other: the rows come from builders, and what all of them hold has to fit into memory.
    const room = { bytes: mostTextBytes, entries: mostEntries };
    for (const digest of [...new Set(digests)].slice(0, mostManifests)) {
      const manifest = await this.context(projectId, digest, room);
      if (manifest) contexts.set(digest, manifest);
    }
    return contexts;
  }

  /** Null for what is not stored, too large or no manifest: a row that cannot be read is like one that is not there. */
  private async context(projectId: string, digest: string, room: Room): Promise<readonly ManifestEntry[] | null> {
    const [row] = await this.db.prisma.$queryRaw<{ payload: Uint8Array }[]>`
      SELECT payload FROM context_manifest WHERE project_id = ${projectId}::uuid AND digest = ${digest}
        AND octet_length(payload) <= ${mostManifestBytes}`;
    const text = row && (await opened(row.payload, Math.min(mostManifestBytes, room.bytes)));
    if (!text || !hasAtMost(Math.min(mostManifestEntries, room.entries), text)) return null;
    const manifest = decoded(text);
    room.bytes -= text.length;
    room.entries -= manifest?.length ?? 0;
    return manifest;
  }
}

/** What the contexts of one question may still take. */
interface Room {
  bytes: number;
  entries: number;
}

type Contexts = ReadonlyMap<string, readonly ManifestEntry[]>;

/** Null for what has more bytes or cannot be opened. */
async function opened(payload: Uint8Array, maxOutputLength: number): Promise<Buffer | null> {
  if (maxOutputLength <= 0) return null;
  return decompress(payload, { maxOutputLength }).catch(() => null);
}

/** Entries end with a zero byte. They are counted before one is made of each. */
function hasAtMost(most: number, text: Buffer): boolean {
  let count = 0;
  for (let at = text.indexOf(0); at >= 0 && count <= most; at = text.indexOf(0, at + 1)) count++;
  return count <= most;
}

function decoded(text: Buffer): ManifestEntry[] | null {
  try {
    return decodeManifest(text.toString('utf8'));
  } catch {
    return null;
  }
}

function toFacts(row: FactsRow, contexts: Contexts): CacheFacts {
  const { id, number, dockerfile, afterReset, evicted, startedAt, cacheEpoch, cacheExport, workerName, steps } = row;
  const { cacheRead, contextDigest, resolved, targetRecords } = row;
  // A definition says what the arguments and contexts are; the settings' arguments are its variables.
  const made = resolved ?? { buildArgs: row.buildArgs, namedContexts: row.namedContexts, noCache: false };
  const read = new Map(unpackTargets(dockerfile, targetRecords ?? noTargets).map((target) => [target.name, target]));
  const targets = (resolved?.targets ?? []).flatMap((target): TargetFacts[] => {
    const { name, stage } = target;
    const record = read.get(name);
    return record ? [{ name, stage, ...dockerfileFacts(row, target, record, contexts) }] : [];
  });
  const space = row.space ?? resultSpace(row);
  return {
    ...{ build: { id, number }, steps, afterReset, startedAt, cacheEpoch, cacheExport, workerName },
    ...dockerfileFacts(row, made, { dockerfile, contextDigest }, contexts),
    ...(targets.length > 0 && { targets }),
    evicted: evicted && { ...evicted, at: new Date(evicted.at) },
    read: cacheRead && { from: cacheRead.cache?.writtenBy ?? null },
    ...{ space, mark: stepMark(row, space) },
    onEmptied: row.zone === 'fork',
  };
}

const noTargets: TargetRecords = { dockerfiles: [], targets: [] };

/** @param inputs of one Dockerfile, by its settings or its definition */
function dockerfileFacts(
  { commitTime, baseImages, resolved, noCache }: FactsRow,
  inputs: Pick<ResolvedInputs, 'buildArgs' | 'namedContexts' | 'noCache'>,
  read: { readonly dockerfile: string; readonly contextDigest: string | null },
  contexts: Contexts,
) {
  const named = Object.entries(inputs.namedContexts).map(
    ([name, source]) => [parseContextName(name), namedContextFact(source, baseImages, resolved?.targets)] as const,
  );
  return {
    dockerfile: read.dockerfile,
    context: read.contextDigest === null ? null : (contexts.get(read.contextDigest) ?? null),
    namedContexts: new Map(named),
    noCache: noCache || inputs.noCache,
    // As the engine gets it, for Dockerfiles that declare it.
    buildArgs: { ...inputs.buildArgs, SOURCE_DATE_EPOCH: String(commitTime) },
  };
}
