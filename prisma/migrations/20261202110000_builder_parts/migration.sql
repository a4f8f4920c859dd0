-- JSON of a builder has few parts. One of three bytes is an object of half a hundred when it is parsed, and control and the API parse it
-- for all projects: a bound of its text alone says little of what it takes in memory.

-- At least as many as values are in it: each begins with a bracket or stands behind a comma or a bracket. A path such as `$.**` would
-- count them in a time that grows with the square of their number.
CREATE FUNCTION json_parts(value jsonb) RETURNS bigint LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
  SELECT length(t) - length(translate(t, ',[{', '')) + 1 FROM (
    SELECT regexp_replace(value::text, '"([^"\\]|\\.)*"', '', 'g') AS t) AS without_texts
$$;

CREATE FUNCTION refuse_parts(what text, value jsonb, most bigint) RETURNS void LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
  IF json_parts(value) > most THEN
    RAISE EXCEPTION 'a builder may not write % of more than % parts', what, most USING ERRCODE = 'insufficient_privilege';
  END IF;
END $$;

-- Behind `limit_build`, which bounds the text that is looked through here.
CREATE FUNCTION bound_build_parts() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
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
  RETURN NEW;
END $$;
CREATE TRIGGER limit_build_parts BEFORE UPDATE ON build FOR EACH ROW WHEN (builder_pool() IS NOT NULL)
  EXECUTE FUNCTION bound_build_parts();

CREATE FUNCTION bound_attempt_parts() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
  -- A build has 16 targets at most, each with three values and perhaps a Dockerfile of its own.
  IF NEW.target_records IS DISTINCT FROM OLD.target_records THEN
    PERFORM refuse_parts('targets', NEW.target_records, 200);
  END IF;
  IF (NEW.failure, NEW.cache_read) IS DISTINCT FROM (OLD.failure, OLD.cache_read) THEN
    PERFORM refuse_parts('a failure', NEW.failure, 1000), refuse_parts('a cache', NEW.cache_read, 1000);
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER limit_attempt_parts BEFORE UPDATE ON attempt FOR EACH ROW WHEN (builder_pool() IS NOT NULL)
  EXECUTE FUNCTION bound_attempt_parts();

CREATE FUNCTION bound_event_parts() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
  PERFORM refuse_parts('an event', NEW.detail, 1000);
  RETURN NEW;
END $$;
CREATE TRIGGER limit_event_parts BEFORE INSERT ON build_event FOR EACH ROW WHEN (builder_pool() IS NOT NULL)
  EXECUTE FUNCTION bound_event_parts();

-- A writer's part of a log is 64 KiB, or one batch of 16 KiB of text. Under load it keeps 4 MiB. Readers take 8 MiB of any part.
CREATE OR REPLACE FUNCTION bound_log_chunk() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
  PERFORM refuse_size('the lines of a log', octet_length(NEW.line_deltas::text), 2097152),
    refuse_size('the index of a log', octet_length(NEW.trigrams), 4194304),
    refuse_size('the entries of a log', NEW.entries_bytes, 8388608);
  IF NEW.last_n - NEW.first_n >= 262144 THEN
    RAISE EXCEPTION 'a builder may not store more than 262144 entries of a log as one part' USING ERRCODE = 'insufficient_privilege';
  END IF;
  -- Readers choose parts by what these say. What cannot be packed is hardly longer as a frame of zstd.
  PERFORM refuse_size('a part of a log', octet_length(NEW.payload), NEW.entries_bytes + NEW.entries_bytes / 128 + 1024);
  RETURN NEW;
END $$;
