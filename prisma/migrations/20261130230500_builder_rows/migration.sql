-- AlterTable
ALTER TABLE "process_instance" ADD COLUMN     "key_hash" BYTEA;

-- Builds whose cache is still to be exported: few, and asked for with each statement of a builder.
CREATE INDEX "build_export_idx" ON "build" ("id") WHERE "status" = 'succeeded' AND "cache_export" = 'pending';

-- Hash of the key of the builder whose connection this is; null for any other.
CREATE FUNCTION builder_key_hash() RETURNS bytea LANGUAGE sql STABLE PARALLEL SAFE SET search_path = pg_catalog AS $$
  SELECT sha256(convert_to(nullif(current_setting('cooperage.instance_key', true), ''), 'UTF8'))
$$;

-- Attempts that are this builder's: claimed by it, chosen for it, or built by it and not over. A name belongs to the builder that
-- had it first, for as long as that one lives.
CREATE FUNCTION builder_attempts()
RETURNS TABLE (attempt_id uuid, build_id uuid, project_id uuid, zone text, state text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  WITH me AS MATERIALIZED (
    SELECT i.id, i.name, i.ended_at IS NULL AND NOT EXISTS (
      SELECT FROM process_instance o WHERE o.role = 'builder' AND o.name = i.name AND o.ended_at IS NULL
        AND o.key_hash IS DISTINCT FROM i.key_hash AND o.heartbeat_at > now() - interval '15 seconds'
        AND o.started_at < i.started_at) AS is_named
    FROM process_instance i WHERE i.role = 'builder' AND i.key_hash = builder_key_hash()
  ), held AS (
    SELECT a.id FROM attempt a JOIN me ON a.instance_id = me.id WHERE a.state = 'claimed'
    UNION SELECT a.id FROM attempt a JOIN me ON a.placed_on = me.name AND me.is_named WHERE a.state = 'dispatched'
    UNION SELECT a.id FROM attempt a JOIN me ON a.worker_name = me.name AND me.is_named
      WHERE a.state = 'built' AND a.ended_at > now() - interval '2 minutes'
    UNION SELECT a.id FROM build b JOIN attempt a ON a.build_id = b.id AND a.state = 'built'
      JOIN me ON a.worker_name = me.name AND me.is_named
      WHERE b.status = 'succeeded' AND b.cache_export = 'pending'
  )
  SELECT a.id, b.id, b.project_id, b.zone, a.state FROM held JOIN attempt a ON a.id = held.id JOIN build b ON b.id = a.build_id
  WHERE a.number = b.attempt_number
$$;

-- Projects whose secrets this builder may read. What strangers wrote gets none.
CREATE FUNCTION builder_secret_projects() RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT h.project_id FROM builder_attempts() h WHERE h.zone <> 'fork' AND h.state <> 'dispatched'
$$;

-- The following give a builder what is of its own attempts, and everybody else whatever their tables are open for.
CREATE FUNCTION git_credentials_of(project_id uuid) RETURNS bytea
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT p.git_credentials FROM project p WHERE p.id = $1
    AND (session_user <> 'cooperage_builder'
      OR EXISTS (SELECT FROM builder_attempts() h WHERE h.project_id = p.id AND h.state <> 'dispatched'))
$$;

CREATE FUNCTION registry_token_of(attempt_id uuid) RETURNS bytea
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT a.registry_token FROM attempt a WHERE a.id = $1
    AND (session_user <> 'cooperage_builder'
      OR EXISTS (SELECT FROM builder_attempts() h WHERE h.attempt_id = a.id AND h.state <> 'dispatched'))
$$;

-- Whether there is something that a build of strangers' code is not given.
CREATE FUNCTION has_secrets(project_id uuid) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT EXISTS (SELECT FROM project_secret s WHERE s.project_id = $1)
    OR EXISTS (SELECT FROM registry_credential c WHERE c.project_id = $1)
$$;

REVOKE EXECUTE ON FUNCTION builder_attempts(), builder_secret_projects(), git_credentials_of(uuid), registry_token_of(uuid),
  has_secrets(uuid) FROM PUBLIC;

-- A builder ends no build well, and changes nothing of one that it has handed on but the word of the cache.
CREATE FUNCTION guard_build() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
  IF current_user <> 'cooperage_builder' THEN
    RETURN NEW;
  END IF;
  IF OLD.stage IS DISTINCT FROM 'builder' AND OLD.status <> 'queued' AND
    (to_jsonb(NEW) - ARRAY['cache_export', 'cache_export_note', 'cache_export_ms', 'cache_export_bytes', 'cache_mode', 'cache_mode_why',
      'cache_saved_ms', 'cache_ran_ms', 'cache_import_ms', 'cache_import_bytes', 'version'])
    IS DISTINCT FROM
    (to_jsonb(OLD) - ARRAY['cache_export', 'cache_export_note', 'cache_export_ms', 'cache_export_bytes', 'cache_mode', 'cache_mode_why',
      'cache_saved_ms', 'cache_ran_ms', 'cache_import_ms', 'cache_import_bytes', 'version']) THEN
    RAISE EXCEPTION 'a builder may not change a build that is not in its hands' USING ERRCODE = 'insufficient_privilege';
  END IF;
  IF NEW.status = 'succeeded' AND OLD.status <> 'succeeded' THEN
    RAISE EXCEPTION 'a builder may not end a build well' USING ERRCODE = 'insufficient_privilege';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER guard_build BEFORE UPDATE ON build FOR EACH ROW EXECUTE FUNCTION guard_build();
