-- CreateTable
CREATE TABLE "step_verdict" (
    "build_id" UUID NOT NULL,
    "step_key" TEXT NOT NULL,
    "project_id" UUID NOT NULL,
    "build_number" INTEGER NOT NULL,
    "dockerfile_path" TEXT NOT NULL,
    "stage" TEXT,
    "definition" TEXT NOT NULL,
    "start_line" INTEGER NOT NULL,
    "cached" BOOLEAN NOT NULL,
    "ms" INTEGER NOT NULL,
    "cause" TEXT,
    "detail" TEXT[],
    "root_key" TEXT,
    "at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "step_verdict_pkey" PRIMARY KEY ("build_id","step_key")
);

-- CreateIndex
CREATE INDEX "step_verdict_project_id_at_idx" ON "step_verdict"("project_id", "at" DESC);

-- AddForeignKey
ALTER TABLE "step_verdict" ADD CONSTRAINT "step_verdict_build_id_fkey" FOREIGN KEY ("build_id") REFERENCES "build"("id") ON DELETE CASCADE ON UPDATE CASCADE;
