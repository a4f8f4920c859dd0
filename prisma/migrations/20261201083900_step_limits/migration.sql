-- Steps of an attempt are read whole: by its page, by comparisons, and by the question why they ran. A builder stores as many as the
-- domain's `mostStoredSteps`, with so much text together. One that was not taken over cuts its texts before.

CREATE OR REPLACE FUNCTION bound_step() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
  IF NEW.ordinal NOT BETWEEN 0 AND 6000 THEN
    RAISE EXCEPTION 'a builder may not write a step of the number %', NEW.ordinal USING ERRCODE = 'insufficient_privilege';
  END IF;
  PERFORM refuse_size('a step', octet_length(concat_ws('', NEW.name, NEW.error, NEW.stage, NEW.target)), 524288),
    refuse_size('a step', octet_length(concat_ws('', NEW.vertex_id, NEW.platform, NEW.progress_group)), 4096);
  RETURN NEW;
END $$;

-- The attempt's row is locked, so that statements of two connections are added up. Lengths are known without reading what is stored.
CREATE FUNCTION bound_steps() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  most bigint;
BEGIN
  PERFORM FROM attempt a WHERE a.id IN (SELECT c.attempt_id FROM changed c) ORDER BY a.id FOR NO KEY UPDATE;
  SELECT max(t.bytes) INTO most FROM (
    SELECT sum(octet_length(s.name) + octet_length(s.vertex_id) + coalesce(octet_length(s.error), 0) + coalesce(octet_length(s.stage), 0)
      + coalesce(octet_length(s.target), 0) + coalesce(octet_length(s.platform), 0) + coalesce(octet_length(s.progress_group), 0)) AS bytes
    FROM step s WHERE s.attempt_id IN (SELECT c.attempt_id FROM changed c) GROUP BY s.attempt_id) t;
  PERFORM refuse_size('the steps of an attempt', most, 16777216);
  RETURN NULL;
END $$;
CREATE TRIGGER limit_new_steps AFTER INSERT ON step REFERENCING NEW TABLE AS changed FOR EACH STATEMENT
  WHEN (builder_pool() IS NOT NULL) EXECUTE FUNCTION bound_steps();
CREATE TRIGGER limit_changed_steps AFTER UPDATE ON step REFERENCING NEW TABLE AS changed FOR EACH STATEMENT
  WHEN (builder_pool() IS NOT NULL) EXECUTE FUNCTION bound_steps();

REVOKE EXECUTE ON FUNCTION bound_steps() FROM PUBLIC;
