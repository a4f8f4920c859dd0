-- Notes what a build pushes, before it does: its builder gives the engine no token for that until this has said `staged`. `full` where
-- the image does not fit into the quota, and nothing is noted; `deleting` where the retention engine deletes the same image at this
-- moment. Whether there is room is asked of the whole image, since as such it will count. What is noted are the blobs that no other
-- row of the zone counts: that is found in one pass over all of them, however the planner goes about it (R4-F1). A function, and no right to the table: a builder notes what it pushes, and takes nothing back. An image that is not pushed yet has at least
-- a configuration: one without any blob would be pushed without a question of the quota (R17B-2).
CREATE OR REPLACE FUNCTION stage_image(of_build uuid, image_digest text, blobs text[], sizes bigint[], is_pushed boolean)
RETURNS TABLE (state text, used_bytes bigint, quota_bytes bigint)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  most_bytes CONSTANT bigint := 1099511627776;
  most_images CONSTANT int := 100;
  -- A config and 500 layers are what publishing takes (libs/oci image-limits.ts). What is pushed already is counted all the same.
  most_blobs CONSTANT int := CASE WHEN is_pushed THEN 2000 ELSE 501 END;
  b record;
  found_state text;
  own_bytes bigint;
  whole bigint := (SELECT coalesce(sum(s), 0) FROM unnest(sizes) AS s);
BEGIN
  SELECT x.project_id, x.zone, x.organization_id INTO b FROM build x WHERE x.id = $1 AND (builder_pool() IS NULL
    OR EXISTS (SELECT FROM builder_attempts() h WHERE h.build_id = x.id AND h.state = 'claimed'));
  IF NOT FOUND THEN
    RAISE EXCEPTION 'a builder may not stage what is not in its hands' USING ERRCODE = 'insufficient_privilege';
  END IF;
  IF $2 !~ '^sha256:[0-9a-f]{64}$' OR cardinality(blobs) <> cardinality(sizes) OR cardinality(blobs) > most_blobs OR whole > most_bytes
    OR (cardinality(blobs) = 0 AND NOT is_pushed)
    OR EXISTS (SELECT FROM unnest(blobs, sizes) AS l(blob, bytes) WHERE l.bytes IS NULL OR l.bytes < 0
      OR l.blob IS NULL OR l.blob !~ '^sha256:[0-9a-f]{64}$')
    OR (SELECT count(*) FROM staged_image s WHERE s.build_id = $1 AND s.digest <> $2) >= most_images THEN
    RAISE EXCEPTION 'a builder may not stage what is no image' USING ERRCODE = 'insufficient_privilege';
  END IF;
  -- Once it is an image of the project it counts as that.
  IF EXISTS (SELECT FROM image i WHERE i.project_id = b.project_id AND i.digest = $2) THEN
    RETURN QUERY SELECT 'staged', NULL::bigint, NULL::bigint;
    RETURN;
  END IF;
  -- Whoever waits for a deletion asks again and again, and holds no row that the deletion has to change.
  IF EXISTS (SELECT FROM staged_image s WHERE s.project_id = b.project_id AND s.zone = b.zone AND s.digest = $2 AND s.state = 'deleting') THEN
    RETURN QUERY SELECT 'deleting', NULL::bigint, NULL::bigint;
    RETURN;
  END IF;
  SELECT s.state, s.bytes INTO found_state, own_bytes FROM staged_image s
    WHERE s.project_id = b.project_id AND s.zone = b.zone AND s.digest = $2 FOR UPDATE;
  IF found_state = 'deleting' THEN
    RETURN QUERY SELECT 'deleting', NULL::bigint, NULL::bigint;
    RETURN;
  END IF;
  SELECT least(greatest(coalesce(sum(c.amount), 0) - coalesce(own_bytes, 0), 0), 9000000000000000000)::bigint INTO used_bytes FROM (
    SELECT t.amount FROM usage_total t WHERE t.organization_id = b.organization_id AND t.kind IN ('imageBytes', 'stagedBytes')
    UNION ALL SELECT d.amount FROM usage_delta d WHERE d.organization_id = b.organization_id AND d.kind IN ('imageBytes', 'stagedBytes')) c;
  SELECT coalesce(own.image_bytes, every.image_bytes) INTO quota_bytes FROM (VALUES (1)) AS one
    LEFT JOIN quota own ON own.scope = b.organization_id LEFT JOIN quota every ON every.scope = 'installation';
  IF NOT is_pushed AND used_bytes + whole > quota_bytes THEN
    RETURN QUERY SELECT 'full', used_bytes + whole, quota_bytes;
    RETURN;
  END IF;
  INSERT INTO staged_image AS s (id, project_id, zone, digest, build_id, blob_digests, blob_bytes, bytes)
  SELECT gen_random_uuid(), b.project_id, b.zone, $2, $1, coalesce(array_agg(l.blob), '{}'), coalesce(array_agg(l.bytes), '{}'),
    coalesce(sum(l.bytes), 0)
  FROM (SELECT a.blob, max(a.bytes) AS bytes FROM (
      SELECT u.blob, u.bytes, false AS is_counted FROM unnest(blobs, sizes) AS u(blob, bytes)
      UNION ALL SELECT d.blob, 0, true FROM staged_image o CROSS JOIN LATERAL unnest(o.blob_digests) AS d(blob)
        WHERE o.project_id = b.project_id AND o.zone = b.zone AND o.digest <> $2) a
    GROUP BY a.blob HAVING NOT bool_or(a.is_counted)) l
  ON CONFLICT (project_id, zone, digest) DO UPDATE SET id = excluded.id, build_id = excluded.build_id, state = 'staged', noted_at = now(),
    look_at = NULL,
    blob_digests = CASE WHEN cardinality(blobs) > 0 THEN excluded.blob_digests ELSE s.blob_digests END,
    blob_bytes = CASE WHEN cardinality(blobs) > 0 THEN excluded.blob_bytes ELSE s.blob_bytes END,
    bytes = CASE WHEN cardinality(blobs) > 0 THEN excluded.bytes ELSE s.bytes END
  WHERE s.state <> 'deleting';
  IF FOUND THEN
    RETURN QUERY SELECT 'staged', used_bytes + whole, quota_bytes;
  ELSE
    RETURN QUERY SELECT 'deleting', NULL::bigint, NULL::bigint;
  END IF;
END $$;
