-- Counters of what organizations use. Triggers write a difference with each change, in the same statement, so that nothing drifts.
CREATE TABLE "usage_total" (
    "organization_id" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "day" DATE NOT NULL,
    "amount" BIGINT NOT NULL,

    CONSTRAINT "usage_total_pkey" PRIMARY KEY ("organization_id","kind","day")
);

CREATE TABLE "usage_delta" (
    "id" BIGSERIAL NOT NULL,
    "organization_id" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "day" DATE NOT NULL,
    "amount" BIGINT NOT NULL,

    CONSTRAINT "usage_delta_pkey" PRIMARY KEY ("id")
);

CREATE INDEX "usage_delta_organization_id_kind_day_idx" ON "usage_delta"("organization_id", "kind", "day");

-- A row that has no organization (any more) counts for nobody: what was left of it was taken off before it went.
CREATE FUNCTION usage_add(organization text, kind text, day date, amount bigint) RETURNS void
LANGUAGE sql SET search_path = public, pg_temp AS $$
  INSERT INTO usage_delta (organization_id, kind, day, amount)
  SELECT organization, kind, day, amount WHERE organization IS NOT NULL AND amount <> 0
$$;

-- Whole statements: webhooks are written many at a time.
CREATE FUNCTION usage_of_deliveries() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  PERFORM usage_add(p.organization_id, 'deliveryBytes', '1970-01-01',
    (sum(octet_length(c.body)) * CASE TG_OP WHEN 'DELETE' THEN -1 ELSE 1 END)::bigint)
  FROM changed c JOIN project p ON p.id = c.project_id GROUP BY p.organization_id;
  RETURN NULL;
END $$;
CREATE TRIGGER usage_of_new_deliveries AFTER INSERT ON delivery REFERENCING NEW TABLE AS changed
  FOR EACH STATEMENT EXECUTE FUNCTION usage_of_deliveries();
CREATE TRIGGER usage_of_old_deliveries AFTER DELETE ON delivery REFERENCING OLD TABLE AS changed
  FOR EACH STATEMENT EXECUTE FUNCTION usage_of_deliveries();

CREATE FUNCTION usage_of_image() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  PERFORM usage_add((SELECT p.organization_id FROM project p WHERE p.id = coalesce(NEW.project_id, OLD.project_id)), 'imageBytes',
    '1970-01-01', coalesce(NEW.size_bytes, 0) - coalesce(OLD.size_bytes, 0));
  RETURN NULL;
END $$;
CREATE TRIGGER usage_of_image AFTER INSERT OR DELETE OR UPDATE OF size_bytes ON image
  FOR EACH ROW EXECUTE FUNCTION usage_of_image();

CREATE FUNCTION usage_of_cache() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  PERFORM usage_add((SELECT p.organization_id FROM project p WHERE p.id = coalesce(NEW.project_id, OLD.project_id)), 'cacheBytes',
    '1970-01-01', coalesce(NEW.bytes, 0) - coalesce(OLD.bytes, 0));
  RETURN NULL;
END $$;
CREATE TRIGGER usage_of_cache AFTER INSERT OR DELETE OR UPDATE OF bytes ON cache_entry
  FOR EACH ROW EXECUTE FUNCTION usage_of_cache();

-- Time in a slot, on each of its days in UTC. An attempt lasts for days at most; a builder writes these times.
CREATE FUNCTION usage_add_time(organization text, claimed_at timestamptz, ended_at timestamptz, sign int) RETURNS void
LANGUAGE sql SET search_path = public, pg_temp AS $$
  SELECT usage_add(organization, 'buildMs', d::date,
    sign * (extract(epoch FROM least(t.till, d + interval '1 day') - greatest(t.since, d)) * 1000)::bigint)
  FROM (SELECT greatest(claimed_at, ended_at - interval '31 days') AT TIME ZONE 'UTC' AS since, ended_at AT TIME ZONE 'UTC' AS till) t,
    generate_series(date_trunc('day', t.since), t.till, interval '1 day') d
  WHERE claimed_at IS NOT NULL AND ended_at IS NOT NULL AND claimed_at < ended_at
$$;

CREATE FUNCTION usage_of_attempt() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  organization text := (SELECT b.organization_id FROM build b WHERE b.id = NEW.build_id);
BEGIN
  IF TG_OP = 'INSERT' THEN
    PERFORM usage_add(organization, 'logBytes', '1970-01-01', NEW.log_bytes);
    PERFORM usage_add_time(organization, NEW.claimed_at, NEW.ended_at, 1);
    RETURN NULL;
  END IF;
  PERFORM usage_add(organization, 'logBytes', '1970-01-01', NEW.log_bytes - OLD.log_bytes);
  IF (NEW.claimed_at, NEW.ended_at) IS DISTINCT FROM (OLD.claimed_at, OLD.ended_at) THEN
    PERFORM usage_add_time(organization, OLD.claimed_at, OLD.ended_at, -1);
    PERFORM usage_add_time(organization, NEW.claimed_at, NEW.ended_at, 1);
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER usage_of_new_attempt AFTER INSERT ON attempt FOR EACH ROW EXECUTE FUNCTION usage_of_attempt();
CREATE TRIGGER usage_of_attempt AFTER UPDATE OF log_bytes, claimed_at, ended_at ON attempt FOR EACH ROW
  WHEN (OLD.log_bytes IS DISTINCT FROM NEW.log_bytes OR OLD.claimed_at IS DISTINCT FROM NEW.claimed_at
    OR OLD.ended_at IS DISTINCT FROM NEW.ended_at)
  EXECUTE FUNCTION usage_of_attempt();

-- What goes with its build or its project is taken off before, since its organization cannot be found afterwards. Time that was
-- used stays used.
CREATE FUNCTION usage_of_old_build() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  PERFORM usage_add(OLD.organization_id, 'logBytes', '1970-01-01', -coalesce(sum(a.log_bytes), 0)::bigint)
  FROM attempt a WHERE a.build_id = OLD.id;
  RETURN OLD;
END $$;
CREATE TRIGGER usage_of_old_build BEFORE DELETE ON build FOR EACH ROW EXECUTE FUNCTION usage_of_old_build();

CREATE FUNCTION usage_of_old_project() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  PERFORM usage_add(OLD.organization_id, 'deliveryBytes', '1970-01-01', -coalesce(sum(octet_length(d.body)), 0)::bigint)
  FROM delivery d WHERE d.project_id = OLD.id;
  PERFORM usage_add(OLD.organization_id, 'imageBytes', '1970-01-01', -coalesce(sum(i.size_bytes), 0)::bigint)
  FROM image i WHERE i.project_id = OLD.id;
  PERFORM usage_add(OLD.organization_id, 'cacheBytes', '1970-01-01', -coalesce(sum(e.bytes), 0)::bigint)
  FROM cache_entry e WHERE e.project_id = OLD.id;
  RETURN OLD;
END $$;
CREATE TRIGGER usage_of_old_project BEFORE DELETE ON project FOR EACH ROW EXECUTE FUNCTION usage_of_old_project();

REVOKE ALL ON FUNCTION usage_add(text, text, date, bigint), usage_add_time(text, timestamptz, timestamptz, int),
  usage_of_deliveries(), usage_of_image(), usage_of_cache(), usage_of_attempt(), usage_of_old_build(), usage_of_old_project() FROM PUBLIC;

-- What is there already, counted once.
INSERT INTO usage_total (organization_id, kind, day, amount)
SELECT p.organization_id, 'deliveryBytes', date '1970-01-01', sum(octet_length(d.body)) FROM delivery d JOIN project p ON p.id = d.project_id GROUP BY 1
UNION ALL
SELECT p.organization_id, 'imageBytes', date '1970-01-01', sum(i.size_bytes) FROM image i JOIN project p ON p.id = i.project_id GROUP BY 1
UNION ALL
SELECT p.organization_id, 'cacheBytes', date '1970-01-01', sum(e.bytes) FROM cache_entry e JOIN project p ON p.id = e.project_id GROUP BY 1
UNION ALL
SELECT b.organization_id, 'logBytes', date '1970-01-01', sum(a.log_bytes) FROM attempt a JOIN build b ON b.id = a.build_id GROUP BY 1;
SELECT usage_add_time(b.organization_id, a.claimed_at, a.ended_at, 1) FROM attempt a JOIN build b ON b.id = a.build_id
WHERE a.ended_at > now() - interval '35 days';
