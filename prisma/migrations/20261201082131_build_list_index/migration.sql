-- A count of 1,000 builds read as many pages of the table: one for each, since projects take turns in it.
-- The old index goes last: from then on nobody reads builds until this is committed.
-- CreateIndex
CREATE INDEX "build_organization_id_id_project_id_idx" ON "build"("organization_id", "id" DESC, "project_id");

-- DropIndex
DROP INDEX "build_organization_id_id_idx";
