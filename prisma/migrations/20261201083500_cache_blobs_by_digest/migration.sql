-- AlterTable
ALTER TABLE "cache_prune" ADD COLUMN     "chosen" INTEGER NOT NULL DEFAULT 0;

-- CreateTable
CREATE TABLE "cache_blob" (
    "project_id" UUID NOT NULL,
    "digest" TEXT NOT NULL,
    "entry_id" UUID NOT NULL,
    "bytes" BIGINT NOT NULL,

    CONSTRAINT "cache_blob_pkey" PRIMARY KEY ("project_id","digest","entry_id")
);

-- CreateIndex
CREATE INDEX "cache_blob_entry_id_idx" ON "cache_blob"("entry_id");

-- AddForeignKey
ALTER TABLE "cache_blob" ADD CONSTRAINT "cache_blob_entry_id_fkey" FOREIGN KEY ("entry_id") REFERENCES "cache_entry"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- Arrays cannot be asked who else holds a blob: each deletion of a cache read all blobs of its project. The arrays of an entry stay what
-- is written; this follows them. A new build of a ref leaves most blobs as they are.
CREATE FUNCTION blobs_of_cache_entry() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  WITH held AS (
    -- A builder writes these: a digest of any length would not fit the key.
    SELECT left(b.digest, 256) AS digest, max(coalesce(b.bytes, 0)) AS bytes
    FROM unnest(NEW.blob_digests, NEW.blob_bytes) AS b(digest, bytes) WHERE b.digest IS NOT NULL GROUP BY 1
    UNION ALL SELECT NEW.id::text, NEW.bytes WHERE cardinality(NEW.blob_digests) = 0
  ), gone AS (
    DELETE FROM cache_blob c WHERE c.entry_id = NEW.id AND TG_OP = 'UPDATE' AND c.digest NOT IN (SELECT digest FROM held)
  )
  INSERT INTO cache_blob AS c (project_id, digest, entry_id, bytes) SELECT NEW.project_id, digest, NEW.id, bytes FROM held
  ON CONFLICT (project_id, digest, entry_id) DO UPDATE SET bytes = excluded.bytes WHERE c.bytes <> excluded.bytes;
  RETURN NULL;
END $$;
REVOKE ALL ON FUNCTION blobs_of_cache_entry() FROM PUBLIC;
CREATE TRIGGER blobs_of_new_cache AFTER INSERT ON cache_entry FOR EACH ROW EXECUTE FUNCTION blobs_of_cache_entry();
CREATE TRIGGER blobs_of_cache AFTER UPDATE OF bytes, blob_digests, blob_bytes ON cache_entry FOR EACH ROW
  WHEN ((OLD.bytes, OLD.blob_digests, OLD.blob_bytes) IS DISTINCT FROM (NEW.bytes, NEW.blob_digests, NEW.blob_bytes))
  EXECUTE FUNCTION blobs_of_cache_entry();

INSERT INTO cache_blob (project_id, digest, entry_id, bytes)
SELECT e.project_id, left(b.digest, 256), e.id, max(coalesce(b.bytes, 0))
FROM cache_entry e, unnest(e.blob_digests, e.blob_bytes) AS b(digest, bytes) WHERE b.digest IS NOT NULL GROUP BY 1, 2, 3
UNION ALL SELECT project_id, id::text, id, bytes FROM cache_entry WHERE cardinality(blob_digests) = 0;

UPDATE cache_prune SET chosen = jsonb_array_length(taken);
