import type { Queryable } from '../database.js';

/** Most tags of an image that are shown beside it. A build that makes the same image again and again gives it more each time. */
const mostShownTags = 100;

export interface ShownTags {
  /** In the order of their names. */
  readonly tags: readonly string[];
  readonly moreTags: boolean;
}

interface ImageKey {
  readonly projectId: string;
  readonly digest: string;
}

/** The first tags of each image. @returns what finds those of one of them */
export async function shownTags(db: Queryable, images: readonly ImageKey[]): Promise<(image: ImageKey) => ShownTags> {
  const unique = [...new Map(images.map((image) => [keyOf(image), image])).values()];
  const projectIds = unique.map(({ projectId }) => projectId);
  const digests = unique.map(({ digest }) => digest);
  const rows = await db.$queryRaw<(ImageKey & { tags: string[] })[]>`
    SELECT i.project_id::text AS "projectId", i.digest, array_agg(t.tag ORDER BY t.tag) AS tags
    FROM unnest(${projectIds}::uuid[], ${digests}::text[]) AS i(project_id, digest)
    CROSS JOIN LATERAL (
      SELECT t.tag FROM image_tag t WHERE t.project_id = i.project_id AND t.digest = i.digest
      ORDER BY t.tag LIMIT ${mostShownTags + 1}
    ) t GROUP BY i.project_id, i.digest`;
  const known = new Map(rows.map((row) => [keyOf(row), row.tags]));
  return (image) => {
    const tags = known.get(keyOf(image)) ?? [];
    return { tags: tags.slice(0, mostShownTags), moreTags: tags.length > mostShownTags };
  };
}

function keyOf({ projectId, digest }: ImageKey): string {
  return `${projectId} ${digest}`;
}
