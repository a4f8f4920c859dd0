-- AlterTable
ALTER TABLE "audit_entry" ADD COLUMN     "hash" BYTEA,
ADD COLUMN     "number" INTEGER,
ADD COLUMN     "project_id" UUID;

-- AlterTable
ALTER TABLE "user" ADD COLUMN     "administrator" BOOLEAN NOT NULL DEFAULT false;

-- CreateTable
CREATE TABLE "audit_chain" (
    "chain" TEXT NOT NULL,
    "number" INTEGER NOT NULL,
    "hash" BYTEA NOT NULL,

    CONSTRAINT "audit_chain_pkey" PRIMARY KEY ("chain")
);

-- CreateIndex
CREATE INDEX "audit_entry_organization_id_subject_id_id_idx" ON "audit_entry"("organization_id", "subject_id", "id" DESC);

-- CreateIndex
CREATE INDEX "audit_entry_organization_id_project_id_id_idx" ON "audit_entry"("organization_id", "project_id", "id" DESC);

-- CreateIndex
CREATE INDEX "audit_entry_organization_id_actor_id_id_idx" ON "audit_entry"("organization_id", "actor_id", "id" DESC);

-- CreateIndex
CREATE UNIQUE INDEX "audit_entry_organization_id_number_key" ON "audit_entry"("organization_id", "number");

-- The audit is append-only, whoever connects: no grant says so to the owner of the tables, a trigger does.
CREATE FUNCTION refuse_audit_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'the audit is append-only' USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER audit_entry_append_only BEFORE UPDATE OR DELETE ON "audit_entry"
  FOR EACH ROW EXECUTE FUNCTION refuse_audit_change();
CREATE TRIGGER audit_entry_never_emptied BEFORE TRUNCATE ON "audit_entry"
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_audit_change();

-- Until now whoever did the first set-up was the administrator in fact.
UPDATE "user" SET administrator = true WHERE id = (SELECT id FROM "user" ORDER BY "createdAt", id LIMIT 1);
