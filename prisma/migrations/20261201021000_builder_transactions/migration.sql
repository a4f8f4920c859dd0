-- Ends transactions of builders that are older than any of ours can be: while one is open its rows stay locked, tables cannot be
-- cleaned, and the queue of notifications grows. Returns their number. It finds none where its owner may not see or end other sessions.
CREATE FUNCTION end_builder_transactions(older_than interval) RETURNS integer
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  WITH held AS MATERIALIZED (
    SELECT a.pid FROM pg_stat_activity a WHERE a.datname = current_database()
      AND a.usename IN ('cooperage_builder', 'cooperage_builder_untrusted') AND a.xact_start < clock_timestamp() - older_than
      AND pg_has_role(current_user, 'pg_signal_backend', 'USAGE')
  )
  SELECT (count(*) FILTER (WHERE pg_terminate_backend(held.pid)))::int FROM held
$$;
REVOKE EXECUTE ON FUNCTION end_builder_transactions(interval) FROM PUBLIC;

-- Of a cache in another zone than its builds have, a builder may only say that it was used. STABLE, so that it reads what stood when
-- the statement began: the same one may end the export that makes the build its own.
CREATE FUNCTION guard_cache_entry() RETURNS trigger LANGUAGE plpgsql STABLE SET search_path = public, pg_temp AS $$
BEGIN
  IF builder_pool() IS NULL OR (to_jsonb(NEW) - ARRAY['used_number', 'used_at'] = to_jsonb(OLD) - ARRAY['used_number', 'used_at'])
    OR EXISTS (SELECT FROM builder_attempts() h WHERE h.project_id = OLD.project_id AND h.zone = OLD.zone AND NEW.zone = OLD.zone) THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION 'a builder may not change a cache of another zone' USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER guard_cache_entry BEFORE UPDATE ON cache_entry FOR EACH ROW EXECUTE FUNCTION guard_cache_entry();
