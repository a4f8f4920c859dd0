-- Where nothing else is in the engine meanwhile, the export of a cache costs the time of a slot like a build. It counts on the day on which it ended.
-- A builder writes it: it is no longer than an export may take.
CREATE FUNCTION usage_of_export() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  IF EXISTS (SELECT FROM attempt a WHERE a.build_id = NEW.id AND a.number = NEW.attempt_number AND a.lane = 'strangers') THEN
    PERFORM usage_add(NEW.organization_id, 'buildMs', (now() AT TIME ZONE 'UTC')::date,
      least(greatest(coalesce(NEW.cache_export_ms, 0), 0), 600000) - least(greatest(coalesce(OLD.cache_export_ms, 0), 0), 600000));
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER usage_of_export AFTER UPDATE OF cache_export_ms ON build FOR EACH ROW
  WHEN (OLD.cache_export_ms IS DISTINCT FROM NEW.cache_export_ms) EXECUTE FUNCTION usage_of_export();

REVOKE ALL ON FUNCTION usage_of_export() FROM PUBLIC;
