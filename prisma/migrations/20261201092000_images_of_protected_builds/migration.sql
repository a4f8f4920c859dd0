-- A branch's build of the same bytes could take over the record of a protected ref's image, and with it what defends its tags. Images go
-- back to the newest protected build that published them, and so do tags that were pointed to them by hand meanwhile, which are none of the
-- tags of the build that they belong to.
WITH owner AS (
  SELECT DISTINCT ON (b.project_id, b.digest) b.project_id, b.digest, b.id, b.commit, b.zone, b.sequence, b.number
  FROM build b JOIN image i ON i.project_id = b.project_id AND i.digest = b.digest
  WHERE b.zone = 'protected' AND b.status = 'succeeded' ORDER BY b.project_id, b.digest, b.id DESC
), taken AS (
  UPDATE image i SET build_id = o.id, commit = o.commit FROM owner o JOIN build held ON held.project_id = o.project_id
  WHERE i.project_id = o.project_id AND i.digest = o.digest AND held.id = i.build_id AND held.zone <> 'protected'
)
UPDATE image_tag t SET zone = 'protected' FROM owner o
WHERE t.project_id = o.project_id AND t.digest = o.digest AND t.zone <> 'protected'
  AND NOT EXISTS (SELECT 1 FROM build own WHERE own.id = t.build_id AND own.zone <> 'protected' AND t.tag = ANY (own.tags));
