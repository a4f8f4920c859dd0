-- An attempt says which builder claimed it, by the hash of that one's key. A name can be taken by another builder of the pool once it is silent
-- for 15 seconds, and the id of a process once its row is gone (R21C-1, R21C-2).
ALTER TABLE "attempt" ADD COLUMN     "key_hash" BYTEA;

CREATE FUNCTION keep_claiming_key() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
  NEW.key_hash := builder_key_hash();
  RETURN NEW;
END $$;
-- By its name it runs behind `guard_attempt`, which compares rows whole.
CREATE TRIGGER keep_claiming_key BEFORE UPDATE ON attempt FOR EACH ROW
  WHEN (OLD.state = 'dispatched' AND NEW.state = 'claimed') EXECUTE FUNCTION keep_claiming_key();

-- As before, but that who has claimed an attempt is known by its key alone. Those that were claimed before this migration have none: they go on
-- as they are, and nothing is exported of those that have been built.
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
    SELECT a.id, me.pool FROM attempt a JOIN me ON a.instance_id = me.id
      WHERE a.state = 'claimed' AND coalesce(a.key_hash, builder_key_hash()) = builder_key_hash()
    UNION SELECT a.id, me.pool FROM attempt a JOIN me ON a.placed_on = me.name AND me.is_named WHERE a.state = 'dispatched'
    UNION SELECT a.id, me.pool FROM attempt a JOIN me ON a.worker_name = me.name
      WHERE a.state = 'built' AND a.ended_at > now() - interval '2 minutes' AND a.key_hash = builder_key_hash()
    UNION SELECT a.id, me.pool FROM build b JOIN attempt a ON a.build_id = b.id AND a.state = 'built' AND a.key_hash = builder_key_hash()
      JOIN me ON a.worker_name = me.name
      WHERE b.status = 'succeeded' AND b.cache_export = 'pending' AND b.finished_at > now() - interval '1 day'
        AND EXISTS (SELECT FROM project p WHERE p.id = b.project_id AND p.deleted_at IS NULL)
  )
  SELECT a.id, b.id, b.project_id, b.zone, a.state FROM held JOIN attempt a ON a.id = held.id JOIN build b ON b.id = a.build_id
  WHERE a.number = b.attempt_number AND a.lane = held.pool
$$;

-- As before: what is built is the caller's by its key already.
CREATE OR REPLACE FUNCTION builder_secret_projects() RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT h.project_id FROM builder_attempts() h WHERE h.zone <> 'fork' AND h.state IN ('claimed', 'built')
$$;

-- Control deletes by digests, so a word that is none would stop that (R21C-3).
CREATE FUNCTION guard_digest() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
  IF NEW.digest !~ '^sha256:[0-9a-f]{64}$' THEN
    RAISE EXCEPTION 'a builder may not write a digest that is none' USING ERRCODE = 'insufficient_privilege';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER guard_digest BEFORE UPDATE ON build FOR EACH ROW
  WHEN (builder_pool() IS NOT NULL AND NEW.digest IS DISTINCT FROM OLD.digest) EXECUTE FUNCTION guard_digest();

-- A build is deleted with the steps of all its attempts in one statement, so these are bounded together: as many as twenty attempts may have
-- (R21C-4).
CREATE FUNCTION bound_steps_of_build() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  most CONSTANT int := 120020;
BEGIN
  IF EXISTS (
    SELECT FROM (SELECT DISTINCT a.build_id FROM changed c JOIN attempt a ON a.id = c.attempt_id) touched
    WHERE (SELECT count(*) FROM attempt a JOIN step s ON s.attempt_id = a.id WHERE a.build_id = touched.build_id) > most) THEN
    RAISE EXCEPTION 'a builder may not write more than % steps of a build', most USING ERRCODE = 'insufficient_privilege';
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER limit_steps_of_build AFTER INSERT ON step REFERENCING NEW TABLE AS changed FOR EACH STATEMENT
  WHEN (builder_pool() IS NOT NULL) EXECUTE FUNCTION bound_steps_of_build();

REVOKE EXECUTE ON FUNCTION bound_steps_of_build() FROM PUBLIC;
