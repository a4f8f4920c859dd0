-- CreateIndex
CREATE INDEX "tag_move_build_id_idx" ON "tag_move"("build_id");
