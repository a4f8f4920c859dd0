-- What a builder writes has a size: others read these columns whole, and rows under ever new names would grow without end. Builder roles
-- alone are meant. Bytes are those of the text, since what is stored is compressed.

CREATE FUNCTION refuse_size(what text, bytes bigint, most bigint) RETURNS void LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
  IF bytes > most THEN
    RAISE EXCEPTION 'a builder may not write % bytes of %, only %', bytes, what, most USING ERRCODE = 'insufficient_privilege';
  END IF;
END $$;

CREATE FUNCTION bound_build() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
  PERFORM refuse_size('a failure', octet_length(NEW.failure::text), 262144),
    refuse_size('warnings', octet_length(NEW.warnings::text), 1048576),
    refuse_size('base images', octet_length(NEW.base_images::text), 1048576),
    refuse_size('sources', octet_length(NEW.sources::text), 1048576),
    refuse_size('tools', octet_length(NEW.tools::text), 65536),
    -- The bake and compose definitions of a build, as a MiB of JSON at most, and what they are told of Dockerfiles.
    refuse_size('a definition', octet_length(NEW.resolved::text), 4194304),
    refuse_size('a build', octet_length(concat_ws('', NEW.digest, NEW.media_type, NEW.phase, NEW.wait_reason, NEW.fingerprint,
      NEW.cache_mode, NEW.cache_mode_why, NEW.cache_export_note)), 65536);
  RETURN NEW;
END $$;
CREATE TRIGGER limit_build BEFORE UPDATE ON build FOR EACH ROW WHEN (builder_pool() IS NOT NULL) EXECUTE FUNCTION bound_build();

CREATE FUNCTION bound_attempt() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
  PERFORM refuse_size('a failure', octet_length(NEW.failure::text), 262144),
    -- A MiB of a Dockerfile, each byte of which may have become three.
    refuse_size('a Dockerfile', octet_length(NEW.dockerfile), 4194304),
    refuse_size('targets', octet_length(NEW.target_records::text), 8388608),
    refuse_size('a cache', octet_length(NEW.cache_read::text), 65536),
    refuse_size('a token', octet_length(NEW.registry_token), 65536),
    refuse_size('an attempt', octet_length(concat_ws('', NEW.engine_reference, NEW.result_space, NEW.context_digest)), 4096);
  RETURN NEW;
END $$;
CREATE TRIGGER limit_attempt BEFORE UPDATE ON attempt FOR EACH ROW WHEN (builder_pool() IS NOT NULL) EXECUTE FUNCTION bound_attempt();

CREATE FUNCTION bound_step() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
  -- A Dockerfile of a MiB has fewer.
  IF NEW.ordinal NOT BETWEEN 0 AND 500000 THEN
    RAISE EXCEPTION 'a builder may not write a step of the number %', NEW.ordinal USING ERRCODE = 'insufficient_privilege';
  END IF;
  PERFORM refuse_size('a step', octet_length(concat_ws('', NEW.name, NEW.error, NEW.stage, NEW.target)), 524288),
    refuse_size('a step', octet_length(concat_ws('', NEW.vertex_id, NEW.platform, NEW.progress_group)), 4096);
  RETURN NEW;
END $$;
CREATE TRIGGER limit_step BEFORE INSERT OR UPDATE ON step FOR EACH ROW WHEN (builder_pool() IS NOT NULL) EXECUTE FUNCTION bound_step();

CREATE FUNCTION bound_log_chunk() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
  PERFORM refuse_size('the lines of a log', octet_length(NEW.line_deltas::text), 4194304),
    refuse_size('the index of a log', octet_length(NEW.trigrams), 4194304);
  RETURN NEW;
END $$;
CREATE TRIGGER limit_log_chunk BEFORE INSERT ON log_chunk FOR EACH ROW WHEN (builder_pool() IS NOT NULL)
  EXECUTE FUNCTION bound_log_chunk();

CREATE FUNCTION bound_build_event() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
  PERFORM refuse_size('an event', octet_length(NEW.detail::text), 262144);
  RETURN NEW;
END $$;
CREATE TRIGGER limit_build_event BEFORE INSERT ON build_event FOR EACH ROW WHEN (builder_pool() IS NOT NULL)
  EXECUTE FUNCTION bound_build_event();

CREATE FUNCTION bound_setup_check() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
  PERFORM refuse_size('facts', octet_length(NEW.facts::text), 65536),
    refuse_size('an answer', octet_length(concat_ws('', NEW.taken_by, NEW.outcome)), 4096);
  RETURN NEW;
END $$;
CREATE TRIGGER limit_setup_check BEFORE UPDATE ON setup_check FOR EACH ROW WHEN (builder_pool() IS NOT NULL)
  EXECUTE FUNCTION bound_setup_check();

-- Those that no recent build needs are deleted each hour. One that could not be stored fails no build.
CREATE FUNCTION bound_context_manifest() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  PERFORM refuse_size('a context', octet_length(NEW.payload), 16777216), refuse_size('a digest', octet_length(NEW.digest), 256);
  IF (SELECT count(*) FROM context_manifest m WHERE m.project_id = NEW.project_id) >= 2000 THEN
    RAISE EXCEPTION 'a builder may not store more contexts of the project' USING ERRCODE = 'insufficient_privilege';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER limit_context_manifest BEFORE INSERT ON context_manifest FOR EACH ROW WHEN (builder_pool() IS NOT NULL)
  EXECUTE FUNCTION bound_context_manifest();

-- A builder writes the cache of a build that it holds, and none under another name.
CREATE FUNCTION bound_cache_entry() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  PERFORM refuse_size('a digest', octet_length(NEW.digest), 256),
    refuse_size('blobs', (SELECT sum(octet_length(d)) FROM unnest(NEW.blob_digests) AS d), 8388608);
  IF TG_OP = 'INSERT' AND NOT EXISTS (SELECT FROM builder_attempts() h JOIN build b ON b.id = h.build_id
    WHERE b.project_id = NEW.project_id AND b.zone = NEW.zone AND b.ref = NEW.ref AND b.platform = NEW.platform
      AND b.cache_epoch = NEW.epoch) THEN
    RAISE EXCEPTION 'a builder may not write the cache of another build' USING ERRCODE = 'insufficient_privilege';
  END IF;
  IF TG_OP = 'UPDATE' AND (NEW.project_id, NEW.zone, NEW.ref, NEW.platform, NEW.epoch)
    IS DISTINCT FROM (OLD.project_id, OLD.zone, OLD.ref, OLD.platform, OLD.epoch) THEN
    RAISE EXCEPTION 'a builder may not move a cache' USING ERRCODE = 'insufficient_privilege';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER limit_cache_entry BEFORE INSERT OR UPDATE ON cache_entry FOR EACH ROW WHEN (builder_pool() IS NOT NULL)
  EXECUTE FUNCTION bound_cache_entry();

-- One promise is enough, and a build that is tried again may make another.
CREATE FUNCTION bound_outbox() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  IF (SELECT count(*) FROM outbox o WHERE o.group_id = NEW.group_id AND o.topic = NEW.topic AND o.subject_id = NEW.subject_id) >= 20 THEN
    RAISE EXCEPTION 'a builder may not promise the same again' USING ERRCODE = 'insufficient_privilege';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER limit_outbox BEFORE INSERT ON outbox FOR EACH ROW WHEN (builder_pool() IS NOT NULL) EXECUTE FUNCTION bound_outbox();

-- Rows of a pool, however many names its builders give themselves: 100 that run, and the newest 200 that have ended. A restarting builder
-- leaves one each time. What a claimed attempt names stays until the sweeper has closed that. Other pools' rows are not looked at.
CREATE FUNCTION bound_process_instance() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  most_running CONSTANT int := 100;
  most_ended CONSTANT int := 200;
BEGIN
  PERFORM refuse_size('a builder', octet_length(NEW.info::text), 65536), refuse_size('a name', octet_length(NEW.name), 256),
    refuse_size('an end', octet_length(NEW.end_reason), 64);
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
-- Behind `guard_process_instance`, which sets the pool.
CREATE TRIGGER limit_process_instance BEFORE INSERT OR UPDATE ON process_instance FOR EACH ROW WHEN (builder_pool() IS NOT NULL)
  EXECUTE FUNCTION bound_process_instance();

REVOKE EXECUTE ON FUNCTION bound_context_manifest(), bound_cache_entry(), bound_outbox(), bound_process_instance() FROM PUBLIC;
