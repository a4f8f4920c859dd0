-- What a builder may write into rows that are its own. Rows are the policies' matter (prisma/roles.sql): these triggers bound values, so that
-- what a builder says can neither stop control nor hold anything for longer than the builder does. Only sessions of builder roles are meant.

-- Moves of a build are those that a builder makes (libs/domain, build-machine.ts): claimed, built, failed, timeout and stopped.
CREATE OR REPLACE FUNCTION guard_build() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE
  moves boolean := (NEW.status, coalesce(NEW.stage, '')) IS DISTINCT FROM (OLD.status, coalesce(OLD.stage, ''));
  most_bytes CONSTANT bigint := 1099511627776;
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
  IF moves AND (OLD.status || '/' || coalesce(OLD.stage, '') || '>' || NEW.status || '/' || coalesce(NEW.stage, '')) NOT IN (
    'queued/>running/builder', 'running/builder>running/control', 'running/builder>queued/', 'running/builder>failed/',
    'running/builder>timed_out/', 'canceling/builder>canceled/') THEN
    RAISE EXCEPTION 'a builder may not move a build from % to %', OLD.status, NEW.status USING ERRCODE = 'insufficient_privilege';
  END IF;
  IF NOT moves AND OLD.status = 'queued' AND to_jsonb(NEW) IS DISTINCT FROM to_jsonb(OLD) THEN
    RAISE EXCEPTION 'a builder may not change a build that waits' USING ERRCODE = 'insufficient_privilege';
  END IF;
  -- A note counts, too. Numbers above are left to control, so that a builder cannot use all of them up.
  IF NEW.version NOT BETWEEN OLD.version + moves::int AND OLD.version + 1
    OR (NEW.version > OLD.version AND NEW.version > CASE WHEN moves THEN 950000 ELSE 900000 END) THEN
    RAISE EXCEPTION 'a builder may not give a build the version %', NEW.version USING ERRCODE = 'insufficient_privilege';
  END IF;
  -- An export that is over does not begin again.
  IF NEW.cache_export IS DISTINCT FROM OLD.cache_export AND NOT (
    CASE WHEN OLD.stage = 'builder' THEN NEW.cache_export IN ('none', 'pending')
      ELSE OLD.cache_export = 'pending' AND NEW.cache_export IN ('done', 'failed', 'none') END) THEN
    RAISE EXCEPTION 'a builder may not say % of an export that is %', NEW.cache_export, OLD.cache_export
      USING ERRCODE = 'insufficient_privilege';
  END IF;
  IF NEW.size_bytes NOT BETWEEN 0 AND most_bytes OR NEW.cache_import_bytes NOT BETWEEN 0 AND most_bytes
    OR NEW.cache_export_bytes NOT BETWEEN 0 AND most_bytes THEN
    RAISE EXCEPTION 'a builder may not say more than 1 TiB of a build' USING ERRCODE = 'insufficient_privilege';
  END IF;
  -- Control closes the open phase of each build that it ends, and counts how long each was.
  IF NEW.phases IS DISTINCT FROM OLD.phases AND (jsonb_typeof(NEW.phases) <> 'array' OR pg_column_size(NEW.phases) > 65536
    OR jsonb_array_length(NEW.phases) <> jsonb_array_length(jsonb_path_query_array(NEW.phases, 'strict $[*] ? (@.type() == "object"
      && @.phase like_regex "^[a-z]{1,20}$" && @.startedAt like_regex "^20[0-9]{2}-[01][0-9]-[0-3][0-9]T[0-9:.]{12}Z$")', '{}', true))) THEN
    RAISE EXCEPTION 'a builder may not write phases that are none' USING ERRCODE = 'insufficient_privilege';
  END IF;
  -- Moments are the database's to say.
  IF NEW.started_at IS DISTINCT FROM OLD.started_at THEN
    NEW.started_at := coalesce(OLD.started_at, now());
  END IF;
  IF NEW.built_at IS DISTINCT FROM OLD.built_at THEN
    NEW.built_at := now();
  END IF;
  IF NEW.stopped_at IS DISTINCT FROM OLD.stopped_at THEN
    NEW.stopped_at := now();
  END IF;
  IF NEW.finished_at IS DISTINCT FROM OLD.finished_at OR moves THEN
    NEW.finished_at := CASE WHEN NEW.status IN ('failed', 'timed_out', 'canceled') THEN now() END;
  END IF;
  IF NEW.dispatch_after IS DISTINCT FROM OLD.dispatch_after THEN
    NEW.dispatch_after := greatest(now(), least(NEW.dispatch_after, now() + interval '1 hour'));
  END IF;
  RETURN NEW;
END $$;

-- An attempt is claimed once and ends once, at the moment when that happens.
CREATE FUNCTION guard_attempt() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE
  begins boolean := OLD.state = 'dispatched' AND NEW.state = 'claimed';
  ends boolean := OLD.state = 'claimed' AND NEW.state IN ('built', 'failed', 'timed_out', 'canceled');
  most CONSTANT bigint := 1000000000000;
  slack CONSTANT bigint := 67108864;
BEGIN
  IF builder_pool() IS NULL THEN
    RETURN NEW;
  END IF;
  IF NEW.state <> OLD.state AND NOT begins AND NOT ends THEN
    RAISE EXCEPTION 'a builder may not make an attempt that is % one that is %', OLD.state, NEW.state
      USING ERRCODE = 'insufficient_privilege';
  END IF;
  IF begins THEN
    NEW.claimed_at := now();
    NEW.worker_name := (SELECT i.name FROM process_instance i WHERE i.id = NEW.instance_id);
    IF NEW.worker_name IS NULL THEN
      RAISE EXCEPTION 'a builder may not claim for another process' USING ERRCODE = 'insufficient_privilege';
    END IF;
  ELSIF (NEW.claimed_at, NEW.instance_id, NEW.worker_name) IS DISTINCT FROM (OLD.claimed_at, OLD.instance_id, OLD.worker_name) THEN
    RAISE EXCEPTION 'a builder may not claim an attempt again' USING ERRCODE = 'insufficient_privilege';
  END IF;
  IF ends THEN
    NEW.ended_at := now();
  ELSIF NEW.ended_at IS DISTINCT FROM OLD.ended_at THEN
    RAISE EXCEPTION 'a builder may not change when an attempt ended' USING ERRCODE = 'insufficient_privilege';
  END IF;
  IF OLD.state <> 'claimed' AND NOT begins AND
    to_jsonb(NEW) - ARRAY['log_complete', 'log_epoch'] IS DISTINCT FROM to_jsonb(OLD) - ARRAY['log_complete', 'log_epoch'] THEN
    RAISE EXCEPTION 'a builder may not change an attempt that it does not run' USING ERRCODE = 'insufficient_privilege';
  END IF;
  -- COOPERAGE_LEASE_MS is 10 minutes at most. Without an end the sweeper would never find it.
  IF NEW.state = 'claimed' THEN
    IF NEW.lease_until IS NULL THEN
      RAISE EXCEPTION 'a builder may not hold an attempt without a lease' USING ERRCODE = 'insufficient_privilege';
    END IF;
    NEW.lease_until := greatest(now() - interval '1 day', least(NEW.lease_until, now() + interval '10 minutes'));
  END IF;
  -- Control ends the log of a lost attempt: behind the last number, in the name of the next epoch.
  IF NEW.log_next_n NOT BETWEEN OLD.log_next_n AND most OR NEW.log_lines NOT BETWEEN OLD.log_lines AND most
    OR NEW.log_bytes < OLD.log_bytes OR NEW.log_epoch NOT BETWEEN OLD.log_epoch AND greatest(NEW.number, OLD.log_epoch)
    OR (OLD.log_complete AND NOT NEW.log_complete) THEN
    RAISE EXCEPTION 'a builder may not count a log in another way than by writing it' USING ERRCODE = 'insufficient_privilege';
  END IF;
  IF NEW.log_bytes > OLD.log_bytes AND NEW.log_bytes > slack AND NEW.log_bytes > slack + (
    SELECT coalesce((b.limits->>'logBytes')::bigint, 2147483648) FROM build b WHERE b.id = NEW.build_id) THEN
    RAISE EXCEPTION 'a builder may not write more of a log than its build may print' USING ERRCODE = 'insufficient_privilege';
  END IF;
  -- Control reads these of all projects at once.
  IF NEW.target_records IS DISTINCT FROM OLD.target_records AND coalesce(jsonb_typeof(NEW.target_records->'targets'), '') <> 'array' THEN
    RAISE EXCEPTION 'a builder may not write targets that are none' USING ERRCODE = 'insufficient_privilege';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER guard_attempt BEFORE UPDATE ON attempt FOR EACH ROW EXECUTE FUNCTION guard_attempt();

-- A build is with its builder exactly while its newest attempt is claimed. Looked at when the statement is over, which changes both.
CREATE FUNCTION agree_build_and_attempt() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  changed uuid;
BEGIN
  IF TG_TABLE_NAME = 'build' THEN
    changed := NEW.id;
  ELSE
    changed := NEW.build_id;
  END IF;
  IF EXISTS (
    SELECT FROM build b LEFT JOIN attempt a ON a.build_id = b.id AND a.number = b.attempt_number
    WHERE b.id = changed
      AND (coalesce(a.state, '') = 'claimed') <> (b.status IN ('running', 'canceling') AND coalesce(b.stage, '') = 'builder')) THEN
    RAISE EXCEPTION 'a builder may not change a build without its attempt, or an attempt without its build'
      USING ERRCODE = 'insufficient_privilege';
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER agree_build_and_attempt AFTER UPDATE OF status, stage ON build FOR EACH ROW
  WHEN ((OLD.status, OLD.stage) IS DISTINCT FROM (NEW.status, NEW.stage) AND builder_pool() IS NOT NULL)
  EXECUTE FUNCTION agree_build_and_attempt();
CREATE TRIGGER agree_build_and_attempt AFTER UPDATE OF state ON attempt FOR EACH ROW
  WHEN (OLD.state IS DISTINCT FROM NEW.state AND builder_pool() IS NOT NULL)
  EXECUTE FUNCTION agree_build_and_attempt();

-- What a builder notes has happened a moment before, in the same statement, and nobody asked for it. Reads the build as that statement
-- has left it.
CREATE FUNCTION guard_build_event() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  IF builder_pool() IS NULL THEN
    RETURN NEW;
  END IF;
  NEW.at := now();
  IF NEW.actor IS NOT NULL OR NEW.event NOT IN ('claimed', 'built', 'failed', 'timeout', 'stopped') OR NOT EXISTS (
    SELECT FROM build b WHERE b.id = NEW.build_id AND b.version = NEW.version AND b.attempt_number = NEW.attempt_number
      AND b.status = NEW.to_status AND b.stage IS NOT DISTINCT FROM NEW.stage) THEN
    RAISE EXCEPTION 'a builder may not note what has not happened' USING ERRCODE = 'insufficient_privilege';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER guard_build_event BEFORE INSERT ON build_event FOR EACH ROW EXECUTE FUNCTION guard_build_event();

-- Numbers behind those that the attempt counts are control's.
CREATE FUNCTION guard_log_chunk() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  IF NOT EXISTS (SELECT FROM attempt a WHERE a.id = NEW.attempt_id AND NEW.first_n BETWEEN 0 AND NEW.last_n AND NEW.last_n < a.log_next_n
    AND NEW.epoch <= a.number) THEN
    RAISE EXCEPTION 'a builder may not store a part of a log that is not counted' USING ERRCODE = 'insufficient_privilege';
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER guard_log_chunk AFTER INSERT ON log_chunk FOR EACH ROW WHEN (builder_pool() IS NOT NULL)
  EXECUTE FUNCTION guard_log_chunk();

-- A writer keeps about 4 MiB in memory, and a chunk is a part of that. Whoever reads it makes room for as much as it says.
ALTER TABLE log_chunk ADD CONSTRAINT log_chunk_size CHECK (entries_bytes BETWEEN 0 AND 33554432 AND text_bytes BETWEEN 0 AND 33554432
  AND lines BETWEEN 0 AND 33554432 AND octet_length(payload) <= 33554432) NOT VALID;

-- One without an end could not be subtracted, for all builds that are compared with this one.
ALTER TABLE step ADD CONSTRAINT step_times CHECK (started_at BETWEEN '1970-01-01 00:00Z' AND '2200-01-01 00:00Z'
  AND completed_at BETWEEN '1970-01-01 00:00Z' AND '2200-01-01 00:00Z') NOT VALID;

-- Cache references are weighed together.
CREATE FUNCTION guard_cache_values() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE
  most_bytes CONSTANT bigint := 1099511627776;
BEGIN
  IF builder_pool() IS NULL THEN
    RETURN NEW;
  END IF;
  IF NEW.bytes NOT BETWEEN 0 AND most_bytes OR cardinality(NEW.blob_bytes) > 100000 OR cardinality(NEW.blob_digests) > 100000
    OR EXISTS (SELECT FROM unnest(NEW.blob_bytes) AS b(bytes) WHERE b.bytes IS NULL OR b.bytes NOT BETWEEN 0 AND most_bytes) THEN
    RAISE EXCEPTION 'a builder may not say more than 1 TiB of a cache' USING ERRCODE = 'insufficient_privilege';
  END IF;
  IF TG_OP = 'INSERT' THEN
    NEW.written_at := now();
  ELSIF NEW.written_at IS DISTINCT FROM OLD.written_at THEN
    NEW.written_at := now();
  END IF;
  NEW.used_at := CASE WHEN NEW.used_at IS NOT NULL THEN greatest(timestamptz '2000-01-01', least(NEW.used_at, now())) END;
  RETURN NEW;
END $$;
CREATE TRIGGER guard_cache_values BEFORE INSERT OR UPDATE ON cache_entry FOR EACH ROW EXECUTE FUNCTION guard_cache_values();

-- A builder is over when it says so, and not later.
CREATE FUNCTION guard_process_end() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
  IF builder_pool() IS NOT NULL AND NEW.ended_at IS NOT NULL AND NEW.ended_at IS DISTINCT FROM OLD.ended_at THEN
    NEW.ended_at := now();
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER guard_process_end BEFORE UPDATE OF ended_at ON process_instance FOR EACH ROW EXECUTE FUNCTION guard_process_end();

REVOKE EXECUTE ON FUNCTION agree_build_and_attempt(), guard_build_event(), guard_log_chunk() FROM PUBLIC;

-- As before, and an export that has not ended within a day is the builder's no longer.
CREATE OR REPLACE FUNCTION builder_attempts()
RETURNS TABLE (attempt_id uuid, build_id uuid, project_id uuid, zone text, state text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  WITH me AS MATERIALIZED (
    SELECT i.id, i.name, i.pool, i.ended_at IS NULL AND NOT EXISTS (
      SELECT FROM process_instance o WHERE o.role = 'builder' AND o.name = i.name AND o.pool = i.pool AND o.ended_at IS NULL
        AND o.key_hash IS DISTINCT FROM i.key_hash AND o.heartbeat_at > now() - interval '15 seconds'
        AND o.started_at < i.started_at) AS is_named
    FROM process_instance i WHERE i.role = 'builder' AND i.key_hash = builder_key_hash()
      AND i.pool = coalesce(builder_pool(), i.pool)
  ), held AS (
    SELECT a.id, me.pool FROM attempt a JOIN me ON a.instance_id = me.id WHERE a.state = 'claimed'
    UNION SELECT a.id, me.pool FROM attempt a JOIN me ON a.placed_on = me.name AND me.is_named WHERE a.state = 'dispatched'
    UNION SELECT a.id, me.pool FROM attempt a JOIN me ON a.worker_name = me.name AND me.is_named
      WHERE a.state = 'built' AND a.ended_at > now() - interval '2 minutes'
    UNION SELECT a.id, me.pool FROM build b JOIN attempt a ON a.build_id = b.id AND a.state = 'built'
      JOIN me ON a.worker_name = me.name AND me.is_named
      WHERE b.status = 'succeeded' AND b.cache_export = 'pending' AND b.finished_at > now() - interval '1 day'
  )
  SELECT a.id, b.id, b.project_id, b.zone, a.state FROM held JOIN attempt a ON a.id = held.id JOIN build b ON b.id = a.build_id
  WHERE a.number = b.attempt_number AND a.lane = held.pool
$$;
