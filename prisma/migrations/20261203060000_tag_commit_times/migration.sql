-- AlterTable
ALTER TABLE "image_tag" ADD COLUMN     "commit_time" BIGINT NOT NULL DEFAULT 0;

-- AlterTable
ALTER TABLE "kept_tag" ADD COLUMN     "commit_time" BIGINT NOT NULL DEFAULT 0;

-- Builds of one sequence may have commits of different ages: refs that a person asked for are placed by their commits' times.
UPDATE image_tag t SET commit_time = b.commit_time FROM build b WHERE b.id = t.build_id;

-- The build of a deleted image may be gone. Those that are left are found by the index on commits.
UPDATE kept_tag k SET commit_time = b.commit_time FROM project p, build b
WHERE p.id = k.project_id AND b.organization_id = p.organization_id AND b.commit = k.commit AND b.project_id = k.project_id
  AND b.number = k.build_number;
