import type { LoopTrouble, Space } from '@cooperage/domain';
import type { Database } from '../database.js';
import { Prisma } from '../generated/client.js';
import { processInfoOf } from '../lease/process-info.js';
import { keyStoppedSince } from '../signing/keys-count-since.js';
import { endedOfItself, lastCall, newestBuild } from './newest.js';

/** A project of which something is said. */
export interface NamedProject {
  readonly projectId: string;
  readonly organizationSlug: string;
  readonly projectSlug: string;
}
export interface UnverifiedImage extends NamedProject {
  readonly digest: string;
  /** Null when it was never verified. */
  readonly checkedAt: Date | null;
}
export interface FailingHook extends NamedProject {
  readonly code: string;
  readonly at: Date;
}

export interface ExpiringToken {
  readonly tokenId: string;
  readonly name: string;
  readonly organizationId: string;
  readonly expiresAt: Date;
}

export interface LiveBuilder {
  readonly id: string;
  readonly name: string;
  readonly disk: Space | null;
}

/** A loop that takes work and is not in order. */
export interface StuckLoop extends LoopTrouble {
  readonly processId: string;
  readonly processName: string;
}

/** Most entries of each kind. */
const most = 20;
const mostLoops = 10;
const open = Prisma.sql`('queued', 'running', 'canceling', 'awaiting_approval')`;
const named = Prisma.sql`p.id::text AS "projectId", o.slug AS "organizationSlug", p.slug AS "projectSlug"`;

/** What goes on and what needs somebody, one descent of an index for each project. */
export class OverviewRepository {
  constructor(private readonly db: Database) {}

  /** Ids of builds that have not ended, the oldest first. */
  async active(organizationIds: readonly string[]): Promise<string[]> {
    const rows = await this.db.prisma.$queryRaw<{ id: string }[]>`
      SELECT b.id::text AS id FROM build b JOIN project p ON p.id = b.project_id
      WHERE b.status IN ${open} AND b.organization_id = ANY(${[...organizationIds]}) AND p.deleted_at IS NULL
      ORDER BY b.id LIMIT 100`;
    return rows.map(({ id }) => id);
  }

  /** Ids of the newest builds of default branches that broke: what succeeded or runs since then is no concern. */
  async brokenDefaultBranches(organizationIds: readonly string[]): Promise<string[]> {
    const rows = await this.db.prisma.$queryRaw<{ id: string }[]>(brokenSql(organizationIds));
    return rows.map(({ id }) => id);
  }

  /** Projects whose newest image does not verify, or was not verified since a key of the project stopped counting. */
  async unverifiedImages(organizationIds: readonly string[]): Promise<UnverifiedImage[]> {
    return this.db.prisma.$queryRaw<UnverifiedImage[]>`
      SELECT ${named}, i.digest, v.at AS "checkedAt" FROM project p JOIN organization o ON o.id = p.organization_id
      CROSS JOIN LATERAL (SELECT digest FROM image WHERE project_id = p.id ORDER BY id DESC LIMIT 1) i
      LEFT JOIN LATERAL (
        SELECT ok, at FROM image_verification WHERE project_id = p.id AND digest = i.digest ORDER BY id DESC LIMIT 1
      ) v ON true
      WHERE p.organization_id = ANY(${[...organizationIds]}) AND p.deleted_at IS NULL AND (v.ok IS NOT TRUE OR ${keyStoppedSince(Prisma.sql`p.id`, Prisma.sql`v.at`)})
      ORDER BY p.id DESC LIMIT ${most}`;
  }

  /** Projects that refused a call within a day and have taken none since. */
  async failingHooks(organizationIds: readonly string[]): Promise<FailingHook[]> {
    return this.db.prisma.$queryRaw<FailingHook[]>`
      SELECT ${named}, r.code, r.received_at AS at FROM project p JOIN organization o ON o.id = p.organization_id
      CROSS JOIN LATERAL (SELECT code, received_at FROM hook_refusal WHERE project_id = p.id ORDER BY id DESC LIMIT 1) r
      LEFT JOIN LATERAL ${lastCall(Prisma.sql`p.id`)} last_call ON true
      WHERE p.organization_id = ANY(${[...organizationIds]}) AND p.deleted_at IS NULL
        AND r.received_at > now() - interval '1 day' AND (last_call.received_at IS NULL OR last_call.received_at < r.received_at)
      ORDER BY r.received_at DESC LIMIT ${most}`;
  }

  /** The person's own tokens that end within a fortnight, or did within a week: what uses them stops. */
  async expiringTokens(userId: string, organizationIds: readonly string[]): Promise<ExpiringToken[]> {
    return this.db.prisma.$queryRaw<ExpiringToken[]>`
      SELECT id::text AS "tokenId", name, organization_id AS "organizationId", expires_at AS "expiresAt" FROM api_token
      WHERE user_id = ${userId} AND organization_id = ANY(${[...organizationIds]}) AND revoked_at IS NULL
        AND expires_at BETWEEN now() - interval '7 days' AND now() + interval '14 days'
      ORDER BY expires_at LIMIT ${most}`;
  }

  /** Builders that live: their heartbeat is younger than half a minute. With what they say of their disk, bytes. */
  async builders(): Promise<LiveBuilder[]> {
    const rows = await this.db.prisma.$queryRaw<{ id: string; name: string; info: unknown }[]>`
      SELECT id::text, name, jsonb_build_object('diskFreeBytes', info -> 'diskFreeBytes', 'diskTotalBytes', info -> 'diskTotalBytes') AS info
      FROM process_instance WHERE role = 'builder' AND ended_at IS NULL
        AND heartbeat_at > now() - interval '30 seconds' ORDER BY id LIMIT 200`;
    return rows.map(({ id, name, info }) => {
      const { diskFreeBytes, diskTotalBytes } = processInfoOf(info);
      const isKnown = diskFreeBytes !== undefined && diskTotalBytes !== undefined;
      return { id, name, disk: isKnown ? { freeBytes: diskFreeBytes, totalBytes: diskTotalBytes } : null };
    });
  }

  /**
   * Loops of living processes that are not in order, as the processes say themselves. Builders choose their ids and what they say: those of
   * a pool come one by one with those of the other, behind what is our own, and of each the first few are read.
   */
  async stuckLoops(): Promise<StuckLoop[]> {
    const rows = await this.db.prisma.$queryRaw<{ id: string; name: string; loops: unknown }[]>`
      SELECT id::text, name, info -> 'loops' AS loops FROM process_instance WHERE ended_at IS NULL
        AND heartbeat_at > now() - interval '30 seconds'
        AND CASE jsonb_typeof(info -> 'loops') WHEN 'array' THEN jsonb_array_length(info -> 'loops') > 0 END
      ORDER BY pool IS NOT NULL, row_number() OVER (PARTITION BY pool ORDER BY id), id LIMIT ${most}`;
    return rows.flatMap(({ id, name, loops }) =>
      (processInfoOf({ loops }).loops ?? [])
        .slice(0, mostLoops)
        .map((trouble) => ({ processId: id, processName: name, ...trouble })),
    );
  }
}

/** @internal */
export function brokenSql(organizationIds: readonly string[]): Prisma.Sql {
  return Prisma.sql`
    SELECT newest.id::text AS id FROM project p
    CROSS JOIN LATERAL ${newestBuild(Prisma.sql`p.id`, Prisma.sql`('refs/heads/' || p.default_branch)`, endedOfItself)} newest
    WHERE p.organization_id = ANY(${[...organizationIds]}) AND p.deleted_at IS NULL AND newest.status IN ('failed', 'timed_out')
    ORDER BY newest.id DESC LIMIT ${most}`;
}
