-- Words, numbers and JSON of a builder that pages read by a schema: one row that has none of its words takes a whole list away from everybody
-- who is shown it, also after the builder was stopped. Only what a statement changes is judged, so that rows of before can be ended. Sessions of
-- builder roles alone are meant. The lists of words are those of libs/domain; `forged-words.int.spec.ts` compares them.

-- PostgreSQL takes ids for such that pages do not (R22D-1). Ours are of version 7.
CREATE FUNCTION guard_process_id() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
  IF NEW.id::text !~ '^.{14}7.{4}[89ab]' THEN
    RAISE EXCEPTION 'a builder may not begin under an id that is not of version 7' USING ERRCODE = 'insufficient_privilege';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER guard_process_id BEFORE INSERT ON process_instance FOR EACH ROW WHEN (builder_pool() IS NOT NULL)
  EXECUTE FUNCTION guard_process_id();

-- As `FailureReport` in libs/domain: two texts, and where there are a place and a line, their texts and whole numbers (R22D-2).
CREATE FUNCTION is_failure_report(value jsonb) RETURNS boolean LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
  SELECT coalesce(jsonb_typeof(value) = 'object' AND jsonb_typeof(value->'code') = 'string' AND jsonb_typeof(value->'message') = 'string'
    AND coalesce(jsonb_typeof(value->'place'), 'object') = 'object' AND coalesce(jsonb_typeof(value->'logLine'), 'object') = 'object'
    AND NOT EXISTS (SELECT FROM unnest(ARRAY['file', 'step', 'stepId']) AS t(name) WHERE jsonb_typeof(value->'place'->name) <> 'string')
    AND NOT EXISTS (SELECT FROM unnest(ARRAY['line', 'endLine', 'exitCode']) AS n(name)
      WHERE jsonb_typeof(value->'place'->name) <> 'number' OR value->'place'->>name !~ '^-?[0-9]{1,15}$')
    AND (NOT value ? 'logLine' OR (jsonb_typeof(value->'logLine'->'text') = 'string'
      AND jsonb_typeof(value->'logLine'->'number') = 'number' AND value->'logLine'->>'number' ~ '^[0-9]{1,15}$')), false)
$$;

CREATE FUNCTION guard_build_words() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE
  all_phases CONSTANT text[] := ARRAY['fetch', 'build', 'push', 'inspect', 'sign', 'verify', 'publish'];
  moment CONSTANT text := '^20[0-9]{2}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9][.][0-9]{3}Z$';
  day_ms CONSTANT int := 86400000;
  most_steps CONSTANT int := 500000;
BEGIN
  -- Nothing is NULL here, and an empty text is another word.
  IF NEW.stage = '' OR (NEW.phase IS DISTINCT FROM OLD.phase AND NEW.phase <> ALL (all_phases))
    OR (NEW.cache_mode IS DISTINCT FROM OLD.cache_mode AND NEW.cache_mode NOT IN ('max', 'min', 'none'))
    OR (NEW.cache_mode_why IS DISTINCT FROM OLD.cache_mode_why
      AND NEW.cache_mode_why NOT IN ('set', 'few_builds', 'explores', 'better', 'keeps')) THEN
    RAISE EXCEPTION 'a builder may not say of a build what is no word of it' USING ERRCODE = 'insufficient_privilege';
  END IF;
  IF NEW.phases IS DISTINCT FROM OLD.phases AND EXISTS (
    SELECT FROM jsonb_array_elements(NEW.phases) AS s(span) WHERE NOT coalesce(span->>'phase' = ANY (all_phases) AND span->>'startedAt' ~ moment
      AND (coalesce(jsonb_typeof(span->'endedAt'), 'null') = 'null' OR span->>'endedAt' ~ moment), false)) THEN
    RAISE EXCEPTION 'a builder may not write phases that are none' USING ERRCODE = 'insufficient_privilege';
  END IF;
  IF NEW.failure IS DISTINCT FROM OLD.failure AND NEW.failure IS NOT NULL AND NOT is_failure_report(NEW.failure) THEN
    RAISE EXCEPTION 'a builder may not write a failure that is none' USING ERRCODE = 'insufficient_privilege';
  END IF;
  -- Statements read their elements, of all builds of an organization.
  IF (NEW.warnings, NEW.base_images, NEW.sources) IS DISTINCT FROM (OLD.warnings, OLD.base_images, OLD.sources)
    AND ARRAY[jsonb_typeof(NEW.warnings), jsonb_typeof(NEW.base_images), jsonb_typeof(NEW.sources)] <> ARRAY['array', 'array', 'array'] THEN
    RAISE EXCEPTION 'a builder may not write lists that are none' USING ERRCODE = 'insufficient_privilege';
  END IF;
  -- What the caches of other builds are chosen by (R22D-8). An honest number beyond these bounds costs no build its end.
  IF NEW.cache_saved_ms NOT BETWEEN 0 AND day_ms THEN
    NEW.cache_saved_ms := greatest(0, least(NEW.cache_saved_ms, day_ms));
  END IF;
  IF NEW.cache_ran_ms NOT BETWEEN 0 AND day_ms THEN
    NEW.cache_ran_ms := greatest(0, least(NEW.cache_ran_ms, day_ms));
  END IF;
  IF NEW.cache_import_ms NOT BETWEEN 0 AND day_ms THEN
    NEW.cache_import_ms := greatest(0, least(NEW.cache_import_ms, day_ms));
  END IF;
  IF NEW.cache_export_ms NOT BETWEEN 0 AND day_ms THEN
    NEW.cache_export_ms := greatest(0, least(NEW.cache_export_ms, day_ms));
  END IF;
  IF NEW.steps_total NOT BETWEEN 0 AND most_steps THEN
    NEW.steps_total := greatest(0, least(NEW.steps_total, most_steps));
  END IF;
  IF NEW.steps_cached NOT BETWEEN 0 AND most_steps THEN
    NEW.steps_cached := greatest(0, least(NEW.steps_cached, most_steps));
  END IF;
  RETURN NEW;
END $$;
-- By its name it runs behind `guard_build`, which compares rows whole, and behind `limit_build`, which bounds what is looked through here.
CREATE TRIGGER words_of_build BEFORE UPDATE ON build FOR EACH ROW WHEN (builder_pool() IS NOT NULL)
  EXECUTE FUNCTION guard_build_words();

CREATE FUNCTION guard_attempt_words() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
  IF NEW.failure IS DISTINCT FROM OLD.failure AND NEW.failure IS NOT NULL AND NOT is_failure_report(NEW.failure) THEN
    RAISE EXCEPTION 'a builder may not write a failure that is none' USING ERRCODE = 'insufficient_privilege';
  END IF;
  -- Of the build that left it statements read the number.
  IF NEW.cache_read IS DISTINCT FROM OLD.cache_read AND NEW.cache_read IS NOT NULL AND NOT coalesce(jsonb_typeof(NEW.cache_read) = 'object'
    AND jsonb_typeof(NEW.cache_read->'passed') = 'array'
    AND (NEW.cache_read->'cache'->>'writtenBy' IS NULL OR NEW.cache_read->'cache'->>'writtenBy' ~ '^[0-9]{1,9}$'), false) THEN
    RAISE EXCEPTION 'a builder may not write of a cache what is none' USING ERRCODE = 'insufficient_privilege';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER words_of_attempt BEFORE UPDATE ON attempt FOR EACH ROW WHEN (builder_pool() IS NOT NULL)
  EXECUTE FUNCTION guard_attempt_words();

-- As before, and the answer is one that the page knows, at a moment of the database.
CREATE OR REPLACE FUNCTION bound_setup_check() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
  PERFORM refuse_size('facts', octet_length(NEW.facts::text), 65536),
    refuse_parts('facts', NEW.facts, 1000),
    refuse_size('an answer', octet_length(concat_ws('', NEW.taken_by, NEW.outcome)), 4096);
  IF NEW.outcome NOT IN ('ok', 'unreachable', 'refused', 'not_migrated', 'evicts', 'engine_unreachable', 'build_failed', 'deletes_nothing',
      'unresolvable', 'untrusted_certificate', 'redirected', 'somebody_else', 'no_answer', 'too_slow')
    OR jsonb_typeof(NEW.facts) <> 'object' THEN
    RAISE EXCEPTION 'a builder may not answer a check by what is no answer' USING ERRCODE = 'insufficient_privilege';
  END IF;
  IF NEW.taken_at IS DISTINCT FROM OLD.taken_at THEN
    NEW.taken_at := now();
  END IF;
  IF NEW.answered_at IS DISTINCT FROM OLD.answered_at THEN
    NEW.answered_at := now();
  END IF;
  RETURN NEW;
END $$;

-- A builder writes the cache of a build that it has built, and none under another name (R22D-9). That the build has succeeded and its export is
-- pending is what the policies say (prisma/roles.sql), as the statement began: ours ends the export in the same one, which this trigger sees already.
CREATE OR REPLACE FUNCTION bound_cache_entry() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  PERFORM refuse_size('a digest', octet_length(NEW.digest), 256),
    refuse_size('blobs', (SELECT sum(octet_length(d)) FROM unnest(NEW.blob_digests) AS d), 8388608);
  IF TG_OP = 'UPDATE' AND (NEW.project_id, NEW.zone, NEW.ref, NEW.platform, NEW.epoch)
    IS DISTINCT FROM (OLD.project_id, OLD.zone, OLD.ref, OLD.platform, OLD.epoch) THEN
    RAISE EXCEPTION 'a builder may not move a cache' USING ERRCODE = 'insufficient_privilege';
  END IF;
  IF NOT EXISTS (SELECT FROM build b JOIN attempt a ON a.build_id = b.id AND a.number = b.attempt_number
    WHERE b.id = NEW.build_id AND b.number = NEW.build_number AND a.state = 'built' AND a.key_hash = builder_key_hash()
      AND (b.project_id, b.zone, b.ref, b.platform, b.cache_epoch) = (NEW.project_id, NEW.zone, NEW.ref, NEW.platform, NEW.epoch)) THEN
    RAISE EXCEPTION 'a builder may not write the cache of another build' USING ERRCODE = 'insufficient_privilege';
  END IF;
  RETURN NEW;
END $$;
