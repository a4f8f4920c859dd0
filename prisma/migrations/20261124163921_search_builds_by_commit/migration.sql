-- CreateIndex
CREATE INDEX "build_organization_id_commit_idx" ON "build"("organization_id", "commit");
