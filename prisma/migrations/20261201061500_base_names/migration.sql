-- AlterTable
ALTER TABLE "base_tag" ADD COLUMN     "used" TEXT[] DEFAULT ARRAY[]::TEXT[],
ALTER COLUMN "checked_at" DROP NOT NULL;

-- CreateIndex
CREATE INDEX "base_tag_checked_at_idx" ON "base_tag"("checked_at");

-- The names that the three newest images of a project stand on are noted when an image is published: at most 20, those of the newest
-- image first. To look for them in all images was work for every round, however little there was to ask. A longer name than
-- registries know would not fit the key.
CREATE FUNCTION note_base_names() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  WITH named AS (
    SELECT x.base->>'name' AS name, array_agg(DISTINCT x.base->>'digest') AS used
    FROM (SELECT build_id, row_number() OVER (ORDER BY id DESC) AS age FROM image
        WHERE project_id = NEW.project_id ORDER BY id DESC LIMIT 3) i
      JOIN build b ON b.id = i.build_id CROSS JOIN LATERAL jsonb_array_elements(b.base_images) WITH ORDINALITY AS x(base, at)
    WHERE x.base->>'name' ~ ':[^/:@]+$' AND octet_length(x.base->>'name') <= 512
    GROUP BY 1 ORDER BY min(i.age), min(x.at) LIMIT 20
  ), dropped AS (
    UPDATE base_tag SET used = '{}'
    WHERE project_id = NEW.project_id AND used <> '{}' AND name NOT IN (SELECT name FROM named)
  )
  INSERT INTO base_tag AS t (project_id, name, used) SELECT NEW.project_id, name, used FROM named ORDER BY name
  ON CONFLICT (project_id, name) DO UPDATE SET used = excluded.used WHERE t.used IS DISTINCT FROM excluded.used;
  RETURN NULL;
END $$;
CREATE TRIGGER note_base_names AFTER INSERT OR UPDATE OF build_id ON image FOR EACH ROW EXECUTE FUNCTION note_base_names();

REVOKE ALL ON FUNCTION note_base_names() FROM PUBLIC;

-- The names of what is published already.
UPDATE image i SET build_id = i.build_id
WHERE i.id IN (SELECT DISTINCT ON (project_id) id FROM image ORDER BY project_id, id DESC);
