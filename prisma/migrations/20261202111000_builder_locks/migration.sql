-- A name means another builder in the other pool. A drain of before is of the pool that has a builder of this name, the trusted one first.
ALTER TABLE worker_drain ADD COLUMN pool text NOT NULL DEFAULT 'trusted';
UPDATE worker_drain d SET pool = 'strangers'
  WHERE EXISTS (SELECT FROM process_instance p WHERE p.role = 'builder' AND p.name = d.name AND p.pool = 'strangers')
    AND NOT EXISTS (SELECT FROM process_instance p WHERE p.role = 'builder' AND p.name = d.name AND p.pool = 'trusted');
ALTER TABLE worker_drain DROP CONSTRAINT worker_drain_pkey, ADD CONSTRAINT worker_drain_pkey PRIMARY KEY (name, pool);

-- As before, and what a builder says of itself is an object: everybody reads its fields.
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
  IF jsonb_typeof(NEW.info) IS DISTINCT FROM 'object' THEN
    RAISE EXCEPTION 'a builder may not say of itself what is no object' USING ERRCODE = 'insufficient_privilege';
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

-- Secrets of what it has claimed. For the export of a cache, of what this very builder has built: a name alone, which another one of the pool
-- can take once it is silent for 15 seconds, opens none.
CREATE OR REPLACE FUNCTION builder_secret_projects() RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT h.project_id FROM builder_attempts() h WHERE h.zone <> 'fork' AND (h.state = 'claimed' OR (h.state = 'built' AND EXISTS (
    SELECT FROM attempt a JOIN process_instance i ON i.id = a.instance_id WHERE a.id = h.attempt_id AND i.key_hash = builder_key_hash())))
$$;

-- The policy `builder_of_zone_changed` (prisma/roles.sql) says it now. This one let a builder write into caches of other zones when they were
-- used, and failed for control wherever it wrote: nobody but a builder may call `builder_attempts()`.
DROP TRIGGER guard_cache_entry ON cache_entry;
DROP FUNCTION guard_cache_entry();
