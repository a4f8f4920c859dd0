import type { BuildRecord } from '../build/build-record.js';
import { Prisma } from '../generated/client.js';
import { newId } from '../new-id.js';
import { ofOtherOwner } from './held-tags.js';
import { tagsWithoutRoom } from './tag-bounds.js';

/** What the publisher has seen of an image in the registry. */
export interface PublishedImage {
  readonly platforms: readonly string[];
  /** Manifests, configs and compressed layers, each once; the manifest's own size when absent. */
  readonly totalBytes?: number;
  /** Of an index and of what it names, or the single one. */
  readonly manifests?: readonly string[];
}

/**
 * The image of the build in `moved`. An older build that made the same bytes later does not take it over, and a fork's takes
 * over nothing. An image of a protected ref stays with builds of protected refs: its tags are defended by the zone of its build.
 */
export function rememberImage({ platforms, totalBytes, manifests = [] }: PublishedImage): Prisma.Sql {
  return Prisma.sql`, remembered AS (
    INSERT INTO image AS i (id, project_id, digest, media_type, size_bytes, platforms, build_id, commit)
    SELECT ${newId()}::uuid, project_id, digest, media_type,
      coalesce(${totalBytes ?? null}::bigint, size_bytes, 0), ${[...platforms]}::text[], id, commit FROM moved
    ON CONFLICT (project_id, digest) DO UPDATE SET media_type = excluded.media_type, size_bytes = excluded.size_bytes,
      platforms = excluded.platforms, build_id = excluded.build_id, commit = excluded.commit
    WHERE (i.build_id IS NULL OR i.build_id < excluded.build_id)
      AND (SELECT zone FROM moved) <> 'fork'
      AND ((SELECT zone FROM moved) = 'protected'
        OR NOT EXISTS (SELECT 1 FROM build o WHERE o.id = i.build_id AND o.zone = 'protected'))
    ), unstaged AS (
      -- From here on it counts as an image. A builder of any zone may hold its row: the retention engine forgets what is left here.
      DELETE FROM staged_image WHERE id IN (
        SELECT s.id FROM staged_image s JOIN moved ON s.project_id = moved.project_id AND s.digest = moved.digest
        FOR UPDATE OF s SKIP LOCKED)
    ), unnoted AS (
      -- Nor is anything that it consists of what a publication has left that ended before its gate.
      DELETE FROM mounted_image m USING moved
      WHERE m.project_id = moved.project_id AND (m.digest = moved.digest OR m.digest = ANY (${[...manifests]}::text[])))`;
}

/**
 * Points the tags of the build in `moved` to its image; none for the build of a fork, and none where its commit was pushed away
 * from its ref since. The zone is compared first: what an image of the zone `protected` has goes to that zone alone, and that zone
 * takes a tag from others whatever came later. Inside a zone the newer (sequence, commit time, number) has it, where the tag is not that of another
 * ref or commit. A real move is kept in the history.
 *
 * A tag that the project has no room for is left out.
 * A tag whose image was deleted is kept for its protected ref, and points to those deleted bytes again by a person's word alone.
 */
export function pointTags(build: Pick<BuildRecord, 'movesTags' | 'tags' | 'tagNamings' | 'zone'>): Prisma.Sql {
  const tags = tagsToPoint(build);
  const namings = tags.map((tag) => build.tagNamings[build.tags.indexOf(tag)] ?? 'neither');
  return Prisma.sql`, crowded AS MATERIALIZED (
      -- Counted once, not for each tag.
      SELECT l.tag FROM moved, LATERAL (${tagsWithoutRoom(Prisma.sql`moved.project_id`, tags, build.zone)}) l
    ), named AS (
      SELECT tag, move_id, CASE naming WHEN 'ref' THEN moved.ref WHEN 'commit' THEN moved.commit END AS owner
      FROM moved, unnest(${tags}::text[], ${tags.map(newId)}::uuid[], ${namings}::text[]) AS w(tag, move_id, naming)
    ), wanted AS (
      SELECT n.* FROM named n, moved
      WHERE NOT EXISTS (SELECT 1 FROM ref_head h WHERE h.project_id = moved.project_id AND h.ref = moved.ref
          AND h.rewritten_sequence > moved.sequence)
        AND NOT EXISTS (SELECT 1 FROM crowded l WHERE l.tag = n.tag)
        AND NOT EXISTS (SELECT 1 FROM kept_tag k WHERE k.project_id = moved.project_id AND k.tag = n.tag
          AND (moved.zone <> 'protected' OR k.digest = moved.digest OR (k.sequence, k.commit_time, k.build_number) >= (moved.sequence, moved.commit_time, moved.number)
            OR ${ofOtherOwner(kept, Prisma.sql`n.owner`)}))
    ), old AS (
      -- Each by its key: as a join, old statistics can make it read all tags of the project for each.
      SELECT w.tag, (SELECT t.digest FROM image_tag t WHERE t.project_id = moved.project_id AND t.tag = w.tag) AS digest
      FROM moved, wanted w
    ), pointed AS (
      INSERT INTO image_tag AS t (project_id, tag, digest, build_id, sequence, commit_time, build_number, zone, owner)
      SELECT moved.project_id, wanted.tag, moved.digest, moved.id, moved.sequence, moved.commit_time, moved.number, moved.zone, wanted.owner
      FROM moved, wanted
      ON CONFLICT (project_id, tag) DO UPDATE SET digest = excluded.digest, build_id = excluded.build_id,
        sequence = excluded.sequence, commit_time = excluded.commit_time, build_number = excluded.build_number, zone = excluded.zone,
        owner = CASE WHEN excluded.owner IS NULL AND t.owner = (SELECT commit FROM moved) THEN t.owner ELSE excluded.owner END,
        moved_at = now()
      WHERE CASE WHEN (t.zone = 'protected') = (excluded.zone = 'protected')
        THEN (t.sequence, t.commit_time, t.build_number) < (excluded.sequence, excluded.commit_time, excluded.build_number)
          AND NOT ${ofOtherOwner(pointing, Prisma.sql`excluded.owner`)}
        ELSE excluded.zone = 'protected' END
      RETURNING t.project_id, t.tag, t.digest, t.build_id, t.build_number
    ), claimed AS (
      DELETE FROM kept_tag k USING pointed p WHERE k.project_id = p.project_id AND k.tag = p.tag
    ), remembered_moves AS (
      INSERT INTO tag_move (id, project_id, tag, from_digest, to_digest, build_id, build_number)
      SELECT w.move_id, p.project_id, p.tag, old.digest, p.digest, p.build_id, p.build_number
      FROM pointed p JOIN wanted w USING (tag) JOIN old USING (tag) WHERE old.digest IS DISTINCT FROM p.digest)`;
}

/** The tags that the build asks for, each once. */
export function tagsToPoint({ movesTags, tags, zone }: Pick<BuildRecord, 'movesTags' | 'tags' | 'zone'>): string[] {
  return movesTags && zone !== 'fork' ? [...new Set(tags)] : [];
}

/** A tag as it points now, in the row `t`. */
const pointing = {
  zone: Prisma.sql`t.zone`,
  owner: Prisma.sql`t.owner`,
  ref: Prisma.sql`(SELECT ref FROM build WHERE id = t.build_id)`,
  commit: Prisma.sql`(SELECT commit FROM build WHERE id = t.build_id)`,
};

/** A tag whose image was deleted, in the row `k`. */
const kept = {
  zone: Prisma.sql`'protected'`,
  owner: Prisma.sql`k.owner`,
  ref: Prisma.sql`k.ref`,
  commit: Prisma.sql`k.commit`,
};
