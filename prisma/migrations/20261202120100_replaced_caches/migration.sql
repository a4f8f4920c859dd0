-- CreateTable
CREATE TABLE "cache_replaced" (
    "id" UUID NOT NULL DEFAULT gen_random_uuid(),
    "project_id" UUID NOT NULL,
    "zone" TEXT NOT NULL,
    "ref" TEXT NOT NULL,
    "epoch" INTEGER NOT NULL,
    "digest" TEXT NOT NULL,
    "bytes" BIGINT NOT NULL,
    "replaced_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "look_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "cache_replaced_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "cache_replaced_project_id_digest_idx" ON "cache_replaced"("project_id", "digest");

-- CreateIndex
CREATE INDEX "cache_replaced_look_at_idx" ON "cache_replaced"("look_at");

-- AddForeignKey
ALTER TABLE "cache_replaced" ADD CONSTRAINT "cache_replaced_project_id_fkey" FOREIGN KEY ("project_id") REFERENCES "project"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- An export moves the tag of its reference, and the manifest that stood there stays in the registry, where nobody lists it (R17B-1).
-- Whoever writes the new digest down notes the old one. It counts what the new one has no part of, so that a layer counts once, and 1 TiB at
-- most, as an entry does: a builder wrote the sizes, and a counter that passed its bound does not come back. A build
-- reads the manifest at its beginning, and blobs stay, so ten minutes are enough; what a fork left is read by that fork alone. One that is put back is replaced no more.
CREATE FUNCTION note_replaced_cache() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  most CONSTANT int := 10000;
BEGIN
  DELETE FROM cache_replaced r WHERE r.project_id = NEW.project_id AND r.digest IN (OLD.digest, NEW.digest)
    AND r.zone = NEW.zone AND r.ref = NEW.ref AND r.epoch = NEW.epoch;
  IF builder_pool() IS NOT NULL AND (SELECT count(*) FROM cache_replaced r WHERE r.project_id = NEW.project_id AND r.zone = NEW.zone) >= most THEN
    RAISE EXCEPTION 'a builder may not replace more caches of the zone' USING ERRCODE = 'insufficient_privilege';
  END IF;
  INSERT INTO cache_replaced (project_id, zone, ref, epoch, digest, bytes, look_at)
  SELECT OLD.project_id, OLD.zone, OLD.ref, OLD.epoch, OLD.digest,
    CASE WHEN cardinality(OLD.blob_digests) = 0 THEN OLD.bytes ELSE least(coalesce(sum(l.bytes), 0), 1099511627776) END, now() + CASE WHEN OLD.zone = 'fork' THEN interval '0' ELSE interval '10 minutes' END
  FROM (SELECT a.blob, max(a.bytes) AS bytes FROM (
      SELECT o.blob, coalesce(o.bytes, 0) AS bytes, false AS is_kept FROM unnest(OLD.blob_digests, OLD.blob_bytes) AS o(blob, bytes)
        WHERE o.blob IS NOT NULL
      UNION ALL SELECT n.blob, 0, true FROM unnest(NEW.blob_digests) AS n(blob)) a
    GROUP BY a.blob HAVING NOT bool_or(a.is_kept)) l;
  RETURN NULL;
END $$;
CREATE TRIGGER replaced_cache AFTER UPDATE OF digest ON cache_entry FOR EACH ROW WHEN (OLD.digest IS DISTINCT FROM NEW.digest)
  EXECUTE FUNCTION note_replaced_cache();

CREATE TRIGGER usage_of_replaced_cache AFTER INSERT OR DELETE OR UPDATE OF bytes ON cache_replaced
  FOR EACH ROW EXECUTE FUNCTION usage_of_cache();

-- As before, and with the caches that were replaced: what goes with its project is taken off before.
CREATE OR REPLACE FUNCTION usage_of_old_project() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  PERFORM usage_add(OLD.organization_id, 'deliveryBytes', '1970-01-01', -coalesce(sum(parts.bytes), 0)::bigint) FROM (
    SELECT delivery_bytes(d.headers, d.body) AS bytes FROM delivery d WHERE d.project_id = OLD.id
    UNION ALL SELECT rule_verdict_bytes(v.rule_name, v.reason, v.explanation, v.tags)
      FROM delivery d JOIN verdict v ON v.delivery_id = d.id WHERE d.project_id = OLD.id) parts;
  PERFORM usage_add(OLD.organization_id, 'imageBytes', '1970-01-01', -coalesce(sum(i.size_bytes), 0)::bigint)
  FROM image i WHERE i.project_id = OLD.id;
  PERFORM usage_add(OLD.organization_id, 'stagedBytes', '1970-01-01', -coalesce(sum(s.bytes), 0)::bigint)
  FROM staged_image s WHERE s.project_id = OLD.id;
  PERFORM usage_add(OLD.organization_id, 'cacheBytes', '1970-01-01', -coalesce(sum(parts.bytes), 0)::bigint) FROM (
    SELECT e.bytes FROM cache_entry e WHERE e.project_id = OLD.id
    UNION ALL SELECT r.bytes FROM cache_replaced r WHERE r.project_id = OLD.id) parts;
  PERFORM usage_add(OLD.organization_id, 'recordBytes', '1970-01-01', -coalesce(sum(parts.bytes), 0)::bigint) FROM (
    SELECT octet_length(m.payload)::bigint AS bytes FROM context_manifest m WHERE m.project_id = OLD.id
    UNION ALL SELECT octet_length(l.payload) FROM layer_listing l WHERE l.project_id = OLD.id
    UNION ALL SELECT a.record_bytes FROM signature_artifact a WHERE a.project_id = OLD.id
    UNION ALL SELECT verdict_bytes(v.step_key, v.dockerfile_path, v.stage, v.definition, v.detail, v.root_key) FROM step_verdict v
      WHERE v.project_id = OLD.id
    UNION ALL SELECT blob_list_bytes(e.blob_digests) FROM cache_entry e WHERE e.project_id = OLD.id) parts;
  RETURN OLD;
END $$;

REVOKE ALL ON FUNCTION note_replaced_cache() FROM PUBLIC;
