import { type BuildStage, type CacheBlob, type ModeChoice, type Phase, phases } from '@cooperage/domain';
import type { Database } from '../database.js';
import { Prisma } from '../generated/client.js';
import { losable } from '../losable.js';
import { storedText } from '../stored-text.js';
import { announcementOf } from './build-announcement.js';
import { closedSpans, openSpan } from './phase-spans.js';

/** What stands under a cache reference after an export. */
export interface WrittenCache {
  /** Of its manifest in the registry; null for one that is not there. */
  readonly digest: string | null;
  readonly bytes: number;
  /** What it consists of there, each once; left out where that is not known. */
  readonly blobs?: readonly CacheBlob[];
}

/** Who speaks of a build: its epoch, and the stage in which the build is the speaker's. */
export interface Speaker {
  readonly buildId: string;
  readonly attemptNumber: number;
  readonly stage: BuildStage;
}

/**
 * What is said of a build for people's eyes: it changes nothing of what happens to it, so nobody has to wait for it. Each
 * note is one statement, and without effect when the build is not the speaker's any more.
 */
export class BuildNotes {
  constructor(private readonly db: Database) {}

  /** What a running build does now. Phases never go back: work that is done again only ends the wait. */
  async setPhase(speaker: Speaker, phase: Phase): Promise<void> {
    const order = [...phases];
    const later = Prisma.sql`coalesce(array_position(${order}::text[], b.phase), 0) < array_position(${order}::text[], ${phase}::text)`;
    await this.note(
      speaker,
      Prisma.sql`phase = CASE WHEN ${later} THEN ${phase} ELSE b.phase END, wait_reason = NULL,
        phases = CASE WHEN ${later} THEN ${closedSpans} || ${openSpan(phase)} ELSE b.phases END`,
      Prisma.sql`(${later} OR b.wait_reason IS NOT NULL)`,
    );
  }

  /** Why a running build does not move. */
  async setWaitReason(speaker: Speaker, waitReason: string): Promise<void> {
    await this.note(
      speaker,
      Prisma.sql`wait_reason = ${waitReason}`,
      Prisma.sql`b.wait_reason IS DISTINCT FROM ${waitReason}`,
    );
  }

  /**
   * How the export of a build's cache ended. Only the first word counts.
   * @param cost milliseconds that it took, and what the registry then holds, where it is known, and the mode
   */
  async endCacheExport(
    buildId: string,
    state: 'done' | 'failed' | 'none',
    reason: string | null = null,
    cost: { readonly ms?: number; readonly written?: WrittenCache; readonly choice?: ModeChoice | null } = {},
  ): Promise<void> {
    const { bytes = null, digest = null, blobs = [] } = cost.written ?? {};
    const blobDigests = blobs.map((blob) => blob.digest);
    const blobBytes = blobs.map((blob) => blob.bytes);
    const { mode = null, why = null } = cost.choice ?? {};
    await this.db.statement(
      (db) => db.$executeRaw`
        WITH told AS (
          UPDATE build b SET cache_export = ${state}, cache_export_note = ${reason && storedText(reason)},
            cache_export_ms = ${cost.ms ?? null}::int, cache_export_bytes = ${bytes}::bigint,
            cache_mode = ${mode}, cache_mode_why = ${why}, version = b.version + 1
          WHERE b.id = ${buildId}::uuid AND b.cache_export = 'pending' AND b.status = 'succeeded' RETURNING b.*
        ), written AS (
          INSERT INTO cache_entry (project_id, zone, ref, platform, epoch, digest, bytes, blob_digests, blob_bytes, build_id, build_number)
          SELECT project_id, zone, ref, platform, cache_epoch, ${digest}::text, ${bytes}::bigint, ${blobDigests}::text[],
            ${blobBytes}::bigint[], id, number FROM told
          WHERE ${digest}::text IS NOT NULL
          ON CONFLICT (project_id, zone, ref, platform, epoch) DO UPDATE SET digest = excluded.digest, bytes = excluded.bytes,
            blob_digests = excluded.blob_digests, blob_bytes = excluded.blob_bytes, build_id = excluded.build_id, build_number = excluded.build_number, written_at = now()
        ) SELECT ${announcementOf('told')} FROM told`,
    );
  }

  private async note({ buildId, attemptNumber, stage }: Speaker, set: Prisma.Sql, when: Prisma.Sql): Promise<void> {
    await this.db.statement(
      (db) => db.$executeRaw`
        WITH told AS (
          UPDATE build b SET ${set}, version = b.version + 1
          WHERE b.id = ${buildId}::uuid AND b.status = 'running' AND b.stage = ${stage} AND b.attempt_number = ${attemptNumber}
            AND ${when} AND ${losable}
          RETURNING b.*
        ) SELECT ${announcementOf('told')} FROM told`,
    );
  }
}
