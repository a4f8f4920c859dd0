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
  const projectIds = [...new Set(images.map(({ projectId }) => projectId))];
  const digests = [...new Set(images.map(({ digest }) => digest))];
  const rows = await db.$queryRaw<(ImageKey & { tags: string[] })[]>`
    SELECT t.project_id::text AS "projectId", t.digest, array_agg(t.tag ORDER BY t.place) AS tags
    FROM (
      SELECT project_id, digest, tag, row_number() OVER (PARTITION BY project_id, digest ORDER BY tag) AS place
      FROM image_tag WHERE project_id = ANY (${projectIds}::uuid[]) AND digest = ANY (${digests})
    ) t WHERE t.place <= ${mostShownTags + 1} GROUP BY t.project_id, t.digest`;
  const known = new Map(rows.map((row) => [keyOf(row), row.tags]));
  return (image) => {
    const tags = known.get(keyOf(image)) ?? [];
    return { tags: tags.slice(0, mostShownTags), moreTags: tags.length > mostShownTags };
  };
}

function keyOf({ projectId, digest }: ImageKey): string {
  return `${projectId} ${digest}`;
}
