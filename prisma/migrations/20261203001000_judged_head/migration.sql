-- A start by hand judges no rule. What changed since the head that rules judged last is still to be judged when its push comes (R21A-2).
ALTER TABLE "ref_head" ADD COLUMN     "judged_commit" TEXT;
UPDATE "ref_head" SET "judged_commit" = "commit";
