-- JSON of a builder has few parts, in the columns that were left out before as well, and its build few attempts.

-- As before, and a short text is not looked through: each part has a sign of its own.
CREATE OR REPLACE FUNCTION refuse_parts(what text, value jsonb, most bigint) RETURNS void LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
  IF octet_length(value::text) > most AND json_parts(value) > most THEN
    RAISE EXCEPTION 'a builder may not write % of more than % parts', what, most USING ERRCODE = 'insufficient_privilege';
  END IF;
END $$;

-- As before. What ours says of itself has some 100 parts in 2 KiB, and everybody's pages read those of 200 builders at once.
CREATE OR REPLACE FUNCTION bound_process_instance() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  most_running CONSTANT int := 100;
  most_ended CONSTANT int := 200;
BEGIN
  PERFORM refuse_size('a builder', octet_length(NEW.info::text), 16384), refuse_parts('a builder', NEW.info, 1000),
    refuse_size('a name', octet_length(NEW.name), 256), refuse_size('an end', octet_length(NEW.end_reason), 64);
  IF TG_OP = 'INSERT' THEN
    IF (SELECT count(*) FROM process_instance p WHERE p.role = 'builder' AND p.ended_at IS NULL AND p.pool = builder_pool()) >= most_running THEN
      RAISE EXCEPTION 'the pool has % builders already', most_running USING ERRCODE = 'insufficient_privilege',
        HINT = 'One without a heartbeat is over after a minute.';
    END IF;
    DELETE FROM process_instance WHERE id IN (
      SELECT p.id FROM process_instance p WHERE p.role = 'builder' AND p.ended_at IS NOT NULL AND p.pool = builder_pool()
        AND NOT EXISTS (SELECT FROM attempt a WHERE a.instance_id = p.id AND a.state = 'claimed')
      ORDER BY p.ended_at DESC OFFSET most_ended FOR UPDATE SKIP LOCKED);
  END IF;
  RETURN NEW;
END $$;

-- As before, and facts have few parts: ours are two.
CREATE OR REPLACE FUNCTION bound_setup_check() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
  PERFORM refuse_size('facts', octet_length(NEW.facts::text), 65536),
    refuse_parts('facts', NEW.facts, 1000),
    refuse_size('an answer', octet_length(concat_ws('', NEW.taken_by, NEW.outcome)), 4096);
  RETURN NEW;
END $$;

-- As before, with phases and tools.
CREATE OR REPLACE FUNCTION bound_build_parts() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
  -- A definition of a MiB in which each line sets an argument has some 100,000.
  IF NEW.resolved IS DISTINCT FROM OLD.resolved THEN
    PERFORM refuse_parts('a definition', NEW.resolved, 200000);
  END IF;
  -- Lists of builds read those of a hundred at once.
  IF NEW.failure IS DISTINCT FROM OLD.failure THEN
    PERFORM refuse_parts('a failure', NEW.failure, 1000);
  END IF;
  IF (NEW.warnings, NEW.base_images, NEW.sources) IS DISTINCT FROM (OLD.warnings, OLD.base_images, OLD.sources) THEN
    PERFORM refuse_parts('warnings', NEW.warnings, 50000), refuse_parts('base images', NEW.base_images, 50000),
      refuse_parts('sources', NEW.sources, 50000);
  END IF;
  -- Some ten phases of three values, and a version for each tool.
  IF (NEW.phases, NEW.tools) IS DISTINCT FROM (OLD.phases, OLD.tools) THEN
    PERFORM refuse_parts('phases', NEW.phases, 1000), refuse_parts('tools', NEW.tools, 1000);
  END IF;
  RETURN NEW;
END $$;

-- A step that printed has at most 17 parts in each part of a log, and an attempt has 6,000 steps.
CREATE FUNCTION bound_log_chunk_parts() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
  PERFORM refuse_parts('the lines of a log', NEW.line_deltas, 200000);
  RETURN NEW;
END $$;
CREATE TRIGGER limit_log_chunk_parts BEFORE INSERT ON log_chunk FOR EACH ROW WHEN (builder_pool() IS NOT NULL)
  EXECUTE FUNCTION bound_log_chunk_parts();
REVOKE EXECUTE ON FUNCTION bound_log_chunk_parts() FROM PUBLIC;

-- As before; a build has few attempts, and the bytes of its phases are those of the text. What is stored is compressed.
CREATE OR REPLACE FUNCTION guard_build() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE
  moves boolean := (NEW.status, coalesce(NEW.stage, '')) IS DISTINCT FROM (OLD.status, coalesce(OLD.stage, ''));
  most_bytes CONSTANT bigint := 1099511627776;
  most_attempts CONSTANT int := 1000;
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
  -- Pages read the attempts of a build. Whoever is refused here keeps the attempt until its lease or its time is over, and control ends the
  -- build: COOPERAGE_MAX_ATTEMPTS is 10 at most.
  IF moves AND NEW.status = 'queued' AND NEW.attempt_number >= most_attempts THEN
    RAISE EXCEPTION 'a builder may not give a build back that had % attempts', NEW.attempt_number USING ERRCODE = 'insufficient_privilege';
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
  IF NEW.phases IS DISTINCT FROM OLD.phases AND (jsonb_typeof(NEW.phases) <> 'array' OR octet_length(NEW.phases::text) > 65536
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
