-- Claims look at the oldest rows of each organization by a step along an index, so the organization is in the row. A trigger
-- writes it: who promises work need not know it, and a builder may not choose it.
ALTER TABLE "outbox" ADD COLUMN     "owner" TEXT NOT NULL DEFAULT '';

UPDATE "outbox" o SET "owner" = coalesce(
  (SELECT p."organization_id" FROM "project" p WHERE p."id" = o."group_id"),
  (SELECT b."organization_id" FROM "build" b WHERE b."id" = o."group_id"), o."group_id"::text);

CREATE FUNCTION outbox_owner() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  NEW.owner := coalesce((SELECT p.organization_id FROM project p WHERE p.id = NEW.group_id),
    (SELECT b.organization_id FROM build b WHERE b.id = NEW.group_id), NEW.group_id::text);
  RETURN NEW;
END $$;
REVOKE ALL ON FUNCTION outbox_owner() FROM PUBLIC;
CREATE TRIGGER outbox_owner BEFORE INSERT ON "outbox" FOR EACH ROW EXECUTE FUNCTION outbox_owner();

CREATE INDEX "outbox_topic_owner_available_at_id_idx" ON "outbox"("topic", "owner", "available_at", "id");
CREATE INDEX "outbox_topic_owner_group_id_available_at_id_idx" ON "outbox"("topic", "owner", "group_id", "available_at", "id");
-- Few rows are under way at a time, whatever waits.
CREATE INDEX "outbox_held_idx" ON "outbox" ("locked_until") WHERE "locked_until" IS NOT NULL;

-- The first delivery with the same body is one step along the index, however often the body came.
DROP INDEX "delivery_project_id_body_digest_idx";
CREATE INDEX "delivery_project_id_body_digest_id_idx" ON "delivery"("project_id", "body_digest", "id");

-- What waits of a group is looked up and never walked in order.
DROP INDEX "outbox_topic_group_id_id_idx";
CREATE INDEX "outbox_group_id_topic_idx" ON "outbox"("group_id", "topic");
