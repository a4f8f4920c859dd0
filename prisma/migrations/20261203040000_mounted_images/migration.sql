-- What control takes into a project's own repository before the gate, noted before it does (docs/adr/0047). A table of control's alone: a
-- builder could name the signature of another image as what it has built, and have it deleted with what is noted (R21D-1).
-- CreateTable
CREATE TABLE "mounted_image" (
    "project_id" UUID NOT NULL,
    "digest" TEXT NOT NULL,
    "build_id" UUID NOT NULL,
    "manifests" TEXT[],
    "bytes" BIGINT NOT NULL,
    "look_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "mounted_image_pkey" PRIMARY KEY ("project_id","digest")
);

-- CreateIndex
CREATE INDEX "mounted_image_look_at_idx" ON "mounted_image"("look_at");

-- AddForeignKey
ALTER TABLE "mounted_image" ADD CONSTRAINT "mounted_image_project_id_fkey" FOREIGN KEY ("project_id") REFERENCES "project"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- Its bytes count as those of what is staged: builds have made it, and it is no image.
CREATE TRIGGER usage_of_mounted_image AFTER INSERT OR DELETE OR UPDATE OF bytes ON mounted_image
  FOR EACH ROW EXECUTE FUNCTION usage_of_staged_image();

-- As before, and what is mounted.
CREATE OR REPLACE FUNCTION usage_of_old_project() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  PERFORM usage_add(OLD.organization_id, 'deliveryBytes', '1970-01-01', -coalesce(sum(parts.bytes), 0)::bigint) FROM (
    SELECT delivery_bytes(d.headers, d.body) AS bytes FROM delivery d WHERE d.project_id = OLD.id
    UNION ALL SELECT rule_verdict_bytes(v.rule_name, v.reason, v.explanation, v.tags)
      FROM delivery d JOIN verdict v ON v.delivery_id = d.id WHERE d.project_id = OLD.id) parts;
  PERFORM usage_add(OLD.organization_id, 'imageBytes', '1970-01-01', -coalesce(sum(i.size_bytes), 0)::bigint)
  FROM image i WHERE i.project_id = OLD.id;
  PERFORM usage_add(OLD.organization_id, 'stagedBytes', '1970-01-01', -coalesce(sum(parts.bytes), 0)::bigint) FROM (
    SELECT s.bytes FROM staged_image s WHERE s.project_id = OLD.id
    UNION ALL SELECT m.bytes FROM mounted_image m WHERE m.project_id = OLD.id) parts;
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
