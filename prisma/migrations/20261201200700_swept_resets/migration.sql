-- What a builder's keeper of local caches asks of resets. The names of refs stay closed (docs/adr/0035): a folder of such a cache has the
-- beginning of the hash of its ref in its name, as `hashOfRef` makes it. The newest of each scope, of a thousand scopes: the project, its
-- zones, then the refs that were reset last.
CREATE FUNCTION swept_resets(project_id uuid) RETURNS TABLE (zone text, ref_hash text, epoch int)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT r.zone, left(encode(sha256(convert_to(r.ref, 'UTF8')), 'hex'), 20), max(r.epoch) FROM cache_reset r
  WHERE r.project_id = $1 AND r.swept_at IS NOT NULL
  GROUP BY r.zone, r.ref ORDER BY r.ref IS NULL DESC, max(r.epoch) DESC LIMIT 1000
$$;
REVOKE EXECUTE ON FUNCTION swept_resets(uuid) FROM PUBLIC;
