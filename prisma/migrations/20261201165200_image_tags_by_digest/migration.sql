-- The tags of one image, in the order of their names. The key of the table finds a tag by its name alone.
CREATE INDEX "image_tag_project_id_digest_tag_idx" ON "image_tag"("project_id", "digest", "tag");
