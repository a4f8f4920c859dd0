-- As before, and in the server's other databases too: queue of notifications, locks and transaction ids are those of the whole server
-- (R20C-1). Another installation there may have builders as well, so there it is never less than a minute without need. Each savepoint that writes takes a
-- place in the server's table of locks, and without a place nobody can write: ours hold some dozens (R20C-2).
CREATE OR REPLACE FUNCTION end_builder_transactions(older_than interval) RETURNS integer
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  WITH longest AS MATERIALIZED (
    SELECT public.longest_builder_transaction(older_than, usage) AS here,
      public.longest_builder_transaction(interval '60 seconds', usage) AS elsewhere
    FROM pg_notification_queue_usage() AS usage
  ), many AS MATERIALIZED (
    SELECT pid FROM pg_locks GROUP BY pid HAVING count(*) > 500
  ), held AS MATERIALIZED (
    SELECT a.pid FROM pg_stat_activity a, longest
    WHERE a.usename IN ('cooperage_builder', 'cooperage_builder_untrusted') AND pg_has_role(current_user, 'pg_signal_backend', 'USAGE')
      AND (a.xact_start < clock_timestamp() - CASE WHEN a.datname = current_database() THEN longest.here ELSE longest.elsewhere END
        OR a.pid IN (SELECT pid FROM many))
  )
  SELECT (count(*) FILTER (WHERE pg_terminate_backend(held.pid)))::int FROM held
$$;
