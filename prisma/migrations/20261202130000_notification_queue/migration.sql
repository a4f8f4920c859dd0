-- How old a transaction of a builder may be. A session that listens and does not end its transaction keeps the queue of notifications from
-- being emptied. It has 8 GB for the whole server, and once it is full no transaction that notifies can commit (R17A-2).
CREATE FUNCTION longest_builder_transaction(older_than interval, queue_usage double precision) RETURNS interval
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
  SELECT CASE WHEN queue_usage > 0.1 THEN least(older_than, interval '1 second') ELSE older_than END
$$;

CREATE OR REPLACE FUNCTION end_builder_transactions(older_than interval) RETURNS integer
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  WITH longest AS MATERIALIZED (
    SELECT public.longest_builder_transaction(older_than, pg_notification_queue_usage()) AS age
  ), held AS MATERIALIZED (
    SELECT a.pid FROM pg_stat_activity a, longest WHERE a.datname = current_database()
      AND a.usename IN ('cooperage_builder', 'cooperage_builder_untrusted') AND a.xact_start < clock_timestamp() - longest.age
      AND pg_has_role(current_user, 'pg_signal_backend', 'USAGE')
  )
  SELECT (count(*) FILTER (WHERE pg_terminate_backend(held.pid)))::int FROM held
$$;
