-- AlterTable
ALTER TABLE "process_instance" ADD COLUMN     "pool" TEXT;

-- Builders that run during the upgrade stay in the pool that they named.
UPDATE process_instance SET pool = coalesce(info->>'lane', 'trusted') WHERE role = 'builder';

-- The pool of the builder whose connection this is, by the role that it has logged in as; null for any other. Neither SET ROLE nor a
-- function changes session_user.
CREATE FUNCTION builder_pool() RETURNS text LANGUAGE sql STABLE PARALLEL SAFE SET search_path = pg_catalog AS $$
  SELECT CASE session_user WHEN 'cooperage_builder' THEN 'trusted' WHEN 'cooperage_builder_untrusted' THEN 'strangers' END
$$;

-- As before, with a row's pool fixed by the role that wrote it. Where all processes connect by one role it is the builder's word.
CREATE OR REPLACE FUNCTION guard_process_instance() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
  IF NEW.role <> 'builder' THEN
    RETURN NEW;
  END IF;
  IF builder_pool() IS NULL THEN
    IF TG_OP = 'INSERT' OR NEW.info->>'lane' IS DISTINCT FROM OLD.info->>'lane' THEN
      NEW.pool := coalesce(NEW.info->>'lane', 'trusted');
    END IF;
    RETURN NEW;
  END IF;
  IF TG_OP = 'INSERT' THEN
    NEW.pool := builder_pool();
  ELSE
    NEW.pool := OLD.pool;
  END IF;
  IF NEW.heartbeat_at > now() + interval '1 minute' THEN
    NEW.heartbeat_at := now();
  END IF;
  IF NEW.info ? 'slots' AND (jsonb_typeof(NEW.info->'slots') <> 'number' OR NEW.info->>'slots' !~ '^[0-9]{1,2}$'
    OR (NEW.info->>'slots')::int > 64) THEN
    RAISE EXCEPTION 'a builder has 0 to 64 slots' USING ERRCODE = 'insufficient_privilege';
  END IF;
  IF NEW.info ? 'lane' AND NEW.info->>'lane' IS DISTINCT FROM NEW.pool THEN
    RAISE EXCEPTION 'a builder that connects as % belongs to another pool than COOPERAGE_LANE=%', session_user, NEW.info->>'lane'
      USING ERRCODE = 'insufficient_privilege',
        HINT = 'Builders with COOPERAGE_LANE=strangers connect as cooperage_builder_untrusted, all others as cooperage_builder.';
  END IF;
  RETURN NEW;
END $$;

-- A builder hands a build on to control and no further: the gate of the publication is control's alone.
CREATE OR REPLACE FUNCTION guard_build() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
  IF builder_pool() IS NULL THEN
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
  IF NEW.stage = 'publishing' AND OLD.stage IS DISTINCT FROM 'publishing' THEN
    RAISE EXCEPTION 'a builder may not pass the gate of a publication' USING ERRCODE = 'insufficient_privilege';
  END IF;
  RETURN NEW;
END $$;

-- Attempts that are this builder's, and of its pool: claimed by it, chosen for it, or built by it and not over. A name belongs to the
-- builder of a pool that had it first, for as long as that one lives.
CREATE OR REPLACE FUNCTION builder_attempts()
RETURNS TABLE (attempt_id uuid, build_id uuid, project_id uuid, zone text, state text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  WITH me AS MATERIALIZED (
    SELECT i.id, i.name, i.pool, i.ended_at IS NULL AND NOT EXISTS (
      SELECT FROM process_instance o WHERE o.role = 'builder' AND o.name = i.name AND o.pool = i.pool AND o.ended_at IS NULL
        AND o.key_hash IS DISTINCT FROM i.key_hash AND o.heartbeat_at > now() - interval '15 seconds'
        AND o.started_at < i.started_at) AS is_named
    FROM process_instance i WHERE i.role = 'builder' AND i.key_hash = builder_key_hash()
  ), held AS (
    SELECT a.id, me.pool FROM attempt a JOIN me ON a.instance_id = me.id WHERE a.state = 'claimed'
    UNION SELECT a.id, me.pool FROM attempt a JOIN me ON a.placed_on = me.name AND me.is_named WHERE a.state = 'dispatched'
    UNION SELECT a.id, me.pool FROM attempt a JOIN me ON a.worker_name = me.name AND me.is_named
      WHERE a.state = 'built' AND a.ended_at > now() - interval '2 minutes'
    UNION SELECT a.id, me.pool FROM build b JOIN attempt a ON a.build_id = b.id AND a.state = 'built'
      JOIN me ON a.worker_name = me.name AND me.is_named
      WHERE b.status = 'succeeded' AND b.cache_export = 'pending'
  )
  SELECT a.id, b.id, b.project_id, b.zone, a.state FROM held JOIN attempt a ON a.id = held.id JOIN build b ON b.id = a.build_id
  WHERE a.number = b.attempt_number AND a.lane = held.pool
$$;

CREATE OR REPLACE FUNCTION git_credentials_of(project_id uuid) RETURNS bytea
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT p.git_credentials FROM project p WHERE p.id = $1
    AND (builder_pool() IS NULL
      OR EXISTS (SELECT FROM builder_attempts() h WHERE h.project_id = p.id AND h.state <> 'dispatched'))
$$;

CREATE OR REPLACE FUNCTION registry_token_of(attempt_id uuid) RETURNS bytea
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT a.registry_token FROM attempt a WHERE a.id = $1
    AND (builder_pool() IS NULL
      OR EXISTS (SELECT FROM builder_attempts() h WHERE h.attempt_id = a.id AND h.state <> 'dispatched'))
$$;
