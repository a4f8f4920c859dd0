-- A builder hands a build on to control and no further: the gate of the publication is control's alone.
CREATE OR REPLACE FUNCTION guard_build() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
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
  IF NEW.stage = 'publishing' AND OLD.stage IS DISTINCT FROM 'publishing' THEN
    RAISE EXCEPTION 'a builder may not pass the gate of a publication' USING ERRCODE = 'insufficient_privilege';
  END IF;
  RETURN NEW;
END $$;

-- The dispatcher reads what a builder says of itself. What does not parse would stop the dispatch of everybody, and a
-- heartbeat in the future would keep a name for ever.
CREATE FUNCTION guard_process_instance() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
  IF current_user <> 'cooperage_builder' THEN
    RETURN NEW;
  END IF;
  IF NEW.heartbeat_at > now() + interval '1 minute' THEN
    NEW.heartbeat_at := now();
  END IF;
  IF NEW.info ? 'slots' AND (jsonb_typeof(NEW.info->'slots') <> 'number' OR NEW.info->>'slots' !~ '^[0-9]{1,2}$'
    OR (NEW.info->>'slots')::int > 64) THEN
    RAISE EXCEPTION 'a builder has 0 to 64 slots' USING ERRCODE = 'insufficient_privilege';
  END IF;
  IF NEW.info ? 'lane' AND NEW.info->>'lane' NOT IN ('trusted', 'strangers') THEN
    RAISE EXCEPTION 'a builder belongs to a known pool' USING ERRCODE = 'insufficient_privilege';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER guard_process_instance BEFORE INSERT OR UPDATE ON process_instance
  FOR EACH ROW EXECUTE FUNCTION guard_process_instance();
