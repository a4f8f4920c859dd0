-- What builds leave beside their logs counts for the quota of logs (docs/adr/0076), as 'recordBytes'. Bytes are those of the texts, since
-- what is stored is compressed. A size that is dear to compute is kept with its row, so that a deletion takes off what was counted.
-- All at once, in the order in which most statements name them: what is begun one after the other meets processes that still run.
LOCK TABLE build, attempt, signature_artifact, step, step_verdict, cache_entry, context_manifest, layer_listing IN ACCESS EXCLUSIVE MODE;
ALTER TABLE "attempt" ADD COLUMN     "record_bytes" BIGINT NOT NULL DEFAULT 0;
ALTER TABLE "build" ADD COLUMN     "record_bytes" BIGINT NOT NULL DEFAULT 0;
ALTER TABLE "signature_artifact" ADD COLUMN     "record_bytes" BIGINT NOT NULL DEFAULT 0;

-- What is there already, as it is stored: reading all of it would take long.
UPDATE attempt SET record_bytes = coalesce(pg_column_size(dockerfile), 0) + coalesce(pg_column_size(target_records), 0)
  + coalesce(pg_column_size(cache_read), 0) + coalesce(pg_column_size(failure), 0);
UPDATE build SET record_bytes = 2048 + pg_column_size(build_args) + coalesce(pg_column_size(definition), 0) + coalesce(pg_column_size(resolved), 0)
  + pg_column_size(named_contexts) + pg_column_size(left_out_tags) + pg_column_size(base_images) + pg_column_size(sources)
  + coalesce(pg_column_size(tools), 0) + pg_column_size(warnings) + coalesce(pg_column_size(failure), 0);
UPDATE signature_artifact SET record_bytes = pg_column_size(artifact);

-- 2 KiB: the row itself, those of its attempts and its events.
CREATE FUNCTION size_build() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
  NEW.record_bytes := 2048 + (SELECT coalesce(sum(octet_length(part)), 0) FROM unnest(ARRAY[NEW.build_args::text, NEW.definition::text,
    NEW.resolved::text, NEW.named_contexts::text, NEW.left_out_tags::text, NEW.base_images::text, NEW.sources::text, NEW.tools::text,
    NEW.warnings::text, NEW.failure::text]) AS part);
  RETURN NEW;
END $$;
CREATE TRIGGER size_build BEFORE INSERT OR UPDATE OF build_args, definition, resolved, named_contexts, left_out_tags, base_images, sources,
  tools, warnings, failure ON build FOR EACH ROW EXECUTE FUNCTION size_build();

CREATE FUNCTION size_attempt() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
  NEW.record_bytes := (SELECT coalesce(sum(octet_length(part)), 0) FROM unnest(ARRAY[NEW.dockerfile, NEW.target_records::text,
    NEW.cache_read::text, NEW.failure::text]) AS part);
  RETURN NEW;
END $$;
CREATE TRIGGER size_attempt BEFORE INSERT OR UPDATE OF dockerfile, target_records, cache_read, failure ON attempt
  FOR EACH ROW EXECUTE FUNCTION size_attempt();

CREATE FUNCTION size_artifact() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
  NEW.record_bytes := octet_length(NEW.artifact::text);
  RETURN NEW;
END $$;
CREATE TRIGGER size_artifact BEFORE INSERT OR UPDATE OF artifact ON signature_artifact FOR EACH ROW EXECUTE FUNCTION size_artifact();

CREATE FUNCTION usage_of_build_records() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  PERFORM usage_add(NEW.organization_id, 'recordBytes', '1970-01-01', NEW.record_bytes - coalesce(OLD.record_bytes, 0));
  RETURN NULL;
END $$;
CREATE TRIGGER usage_of_new_build_records AFTER INSERT ON build FOR EACH ROW EXECUTE FUNCTION usage_of_build_records();
CREATE TRIGGER usage_of_build_records AFTER UPDATE ON build FOR EACH ROW WHEN (OLD.record_bytes <> NEW.record_bytes)
  EXECUTE FUNCTION usage_of_build_records();

CREATE FUNCTION usage_of_attempt_records() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  PERFORM usage_add((SELECT b.organization_id FROM build b WHERE b.id = NEW.build_id), 'recordBytes', '1970-01-01',
    NEW.record_bytes - coalesce(OLD.record_bytes, 0));
  RETURN NULL;
END $$;
CREATE TRIGGER usage_of_new_attempt_records AFTER INSERT ON attempt FOR EACH ROW WHEN (NEW.record_bytes <> 0)
  EXECUTE FUNCTION usage_of_attempt_records();
CREATE TRIGGER usage_of_attempt_records AFTER UPDATE ON attempt FOR EACH ROW WHEN (OLD.record_bytes <> NEW.record_bytes)
  EXECUTE FUNCTION usage_of_attempt_records();

-- Lengths are known without reading what is stored. 128 bytes: the row without its texts.
CREATE FUNCTION step_bytes(name text, vertex_id text, error text, stage text, target text, platform text, progress_group text) RETURNS bigint
LANGUAGE sql IMMUTABLE AS $$
  SELECT 128 + octet_length(name)::bigint + octet_length(vertex_id) + coalesce(octet_length(error), 0) + coalesce(octet_length(stage), 0)
    + coalesce(octet_length(target), 0) + coalesce(octet_length(platform), 0) + coalesce(octet_length(progress_group), 0)
$$;

-- A builder writes a step again and again while it runs: what is added is mostly nothing. The organization is looked up for each attempt
-- by its key, whatever a plan that was made before believes of the number of rows.
CREATE FUNCTION usage_of_steps() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    PERFORM usage_add((SELECT b.organization_id FROM attempt a JOIN build b ON b.id = a.build_id WHERE a.id = s.attempt_id), 'recordBytes',
      '1970-01-01', s.bytes)
    FROM (SELECT attempt_id, sum(step_bytes(name, vertex_id, error, stage, target, platform, progress_group))::bigint AS bytes
      FROM changed GROUP BY attempt_id) s;
  ELSE
    PERFORM usage_add((SELECT b.organization_id FROM attempt a JOIN build b ON b.id = a.build_id WHERE a.id = s.attempt_id), 'recordBytes',
      '1970-01-01', s.bytes)
    FROM (SELECT attempt_id, sum(bytes)::bigint AS bytes FROM (
      SELECT attempt_id, step_bytes(name, vertex_id, error, stage, target, platform, progress_group) AS bytes FROM changed
      UNION ALL
      SELECT attempt_id, -step_bytes(name, vertex_id, error, stage, target, platform, progress_group) FROM former) parts
      GROUP BY attempt_id HAVING sum(bytes) <> 0) s;
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER usage_of_new_steps AFTER INSERT ON step REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION usage_of_steps();
CREATE TRIGGER usage_of_steps AFTER UPDATE ON step REFERENCING NEW TABLE AS changed OLD TABLE AS former
  FOR EACH STATEMENT EXECUTE FUNCTION usage_of_steps();

-- Rows of a project that are written once and deleted. Its argument is what a row has, over the columns of the table.
CREATE FUNCTION usage_of_records() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  EXECUTE format($statement$
    SELECT usage_add((SELECT p.organization_id FROM project p WHERE p.id = c.project_id), 'recordBytes', '1970-01-01', %s c.bytes)
    FROM (SELECT project_id, sum(%s)::bigint AS bytes FROM changed GROUP BY project_id) c
  $statement$, CASE TG_OP WHEN 'DELETE' THEN '-' ELSE '' END, TG_ARGV[0]);
  RETURN NULL;
END $$;

-- With an index for each, and without what a row of the table takes itself.
CREATE FUNCTION verdict_bytes(step_key text, dockerfile_path text, stage text, definition text, detail text[], root_key text) RETURNS bigint
LANGUAGE sql STABLE AS $$
  SELECT 192 + octet_length(step_key)::bigint + octet_length(dockerfile_path) + coalesce(octet_length(stage), 0) + octet_length(definition)
    + octet_length(array_to_string(detail, '')) + coalesce(octet_length(root_key), 0)
$$;

DO $$
DECLARE
  counted record;
BEGIN
  FOR counted IN SELECT * FROM (VALUES
    ('context_manifest', 'octet_length(payload)'),
    ('layer_listing', 'coalesce(octet_length(payload), 0)'),
    ('signature_artifact', 'record_bytes'),
    ('step_verdict', 'verdict_bytes(step_key, dockerfile_path, stage, definition, detail, root_key)')
  ) AS all_of_them(relation, bytes) LOOP
    EXECUTE format('CREATE TRIGGER usage_of_new_records AFTER INSERT ON %I REFERENCING NEW TABLE AS changed FOR EACH STATEMENT
      EXECUTE FUNCTION usage_of_records(%L)', counted.relation, counted.bytes);
    EXECUTE format('CREATE TRIGGER usage_of_old_records AFTER DELETE ON %I REFERENCING OLD TABLE AS changed FOR EACH STATEMENT
      EXECUTE FUNCTION usage_of_records(%L)', counted.relation, counted.bytes);
  END LOOP;
END $$;

-- What is known of the blobs of a cache: each stands in the list of its entry, and in a row of its own with two indexes.
CREATE FUNCTION blob_list_bytes(digests text[]) RETURNS bigint LANGUAGE sql STABLE AS $$
  SELECT coalesce(2 * octet_length(array_to_string(digests, ''))::bigint + 128 * cardinality(digests), 0)
$$;
CREATE FUNCTION usage_of_cache_records() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  PERFORM usage_add((SELECT p.organization_id FROM project p WHERE p.id = coalesce(NEW.project_id, OLD.project_id)), 'recordBytes',
    '1970-01-01', blob_list_bytes(NEW.blob_digests) - blob_list_bytes(OLD.blob_digests));
  RETURN NULL;
END $$;
CREATE TRIGGER usage_of_cache_records AFTER INSERT OR DELETE OR UPDATE OF blob_digests ON cache_entry
  FOR EACH ROW EXECUTE FUNCTION usage_of_cache_records();

-- As before, and with the records: what goes with its build or its project is taken off before.
CREATE OR REPLACE FUNCTION usage_of_old_build() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  PERFORM usage_add(OLD.organization_id, 'logBytes', '1970-01-01', -coalesce(sum(a.log_bytes), 0)::bigint),
    usage_add(OLD.organization_id, 'recordBytes', '1970-01-01', -OLD.record_bytes - coalesce(sum(a.record_bytes), 0)::bigint)
  FROM attempt a WHERE a.build_id = OLD.id;
  PERFORM usage_add(OLD.organization_id, 'recordBytes', '1970-01-01',
    -coalesce(sum(step_bytes(s.name, s.vertex_id, s.error, s.stage, s.target, s.platform, s.progress_group)), 0)::bigint)
  FROM attempt a JOIN step s ON s.attempt_id = a.id WHERE a.build_id = OLD.id;
  RETURN OLD;
END $$;

CREATE OR REPLACE FUNCTION usage_of_old_project() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  PERFORM usage_add(OLD.organization_id, 'deliveryBytes', '1970-01-01', -coalesce(sum(octet_length(d.body)), 0)::bigint)
  FROM delivery d WHERE d.project_id = OLD.id;
  PERFORM usage_add(OLD.organization_id, 'imageBytes', '1970-01-01', -coalesce(sum(i.size_bytes), 0)::bigint)
  FROM image i WHERE i.project_id = OLD.id;
  PERFORM usage_add(OLD.organization_id, 'stagedBytes', '1970-01-01', -coalesce(sum(s.bytes), 0)::bigint)
  FROM staged_image s WHERE s.project_id = OLD.id;
  PERFORM usage_add(OLD.organization_id, 'cacheBytes', '1970-01-01', -coalesce(sum(e.bytes), 0)::bigint)
  FROM cache_entry e WHERE e.project_id = OLD.id;
  PERFORM usage_add(OLD.organization_id, 'recordBytes', '1970-01-01', -coalesce(sum(parts.bytes), 0)::bigint) FROM (
    SELECT octet_length(m.payload)::bigint AS bytes FROM context_manifest m WHERE m.project_id = OLD.id
    UNION ALL SELECT octet_length(l.payload) FROM layer_listing l WHERE l.project_id = OLD.id
    UNION ALL SELECT a.record_bytes FROM signature_artifact a WHERE a.project_id = OLD.id
    UNION ALL SELECT verdict_bytes(v.step_key, v.dockerfile_path, v.stage, v.definition, v.detail, v.root_key) FROM step_verdict v
      WHERE v.project_id = OLD.id
    UNION ALL SELECT blob_list_bytes(e.blob_digests) FROM cache_entry e WHERE e.project_id = OLD.id) parts;
  RETURN OLD;
END $$;

REVOKE ALL ON FUNCTION usage_of_build_records(), usage_of_attempt_records(), usage_of_steps(), usage_of_records(), usage_of_cache_records(),
  step_bytes(text, text, text, text, text, text, text), verdict_bytes(text, text, text, text, text[], text), blob_list_bytes(text[])
  FROM PUBLIC;

-- What is there already, counted once.
SELECT usage_add(parts.organization_id, 'recordBytes', '1970-01-01', sum(parts.bytes)::bigint) FROM (
  SELECT organization_id, record_bytes AS bytes FROM build
  UNION ALL SELECT b.organization_id, a.record_bytes FROM attempt a JOIN build b ON b.id = a.build_id
  UNION ALL SELECT b.organization_id, step_bytes(s.name, s.vertex_id, s.error, s.stage, s.target, s.platform, s.progress_group)
    FROM step s JOIN attempt a ON a.id = s.attempt_id JOIN build b ON b.id = a.build_id
  UNION ALL SELECT p.organization_id, o.bytes FROM project p JOIN (
    SELECT project_id, octet_length(payload)::bigint AS bytes FROM context_manifest
    UNION ALL SELECT project_id, octet_length(payload) FROM layer_listing
    UNION ALL SELECT project_id, record_bytes FROM signature_artifact
    UNION ALL SELECT project_id, verdict_bytes(step_key, dockerfile_path, stage, definition, detail, root_key) FROM step_verdict
    UNION ALL SELECT project_id, blob_list_bytes(blob_digests) FROM cache_entry) o ON o.project_id = p.id
) AS parts GROUP BY parts.organization_id;
