-- As before, but that an attempt without a key is nobody's: those that were claimed before there were keys have got one.
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
      WHERE a.state = 'claimed' AND a.key_hash = builder_key_hash()
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
