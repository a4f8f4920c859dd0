-- CreateTable
CREATE TABLE "api_token" (
    "id" UUID NOT NULL,
    "organization_id" TEXT NOT NULL,
    "user_id" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "prefix" TEXT NOT NULL,
    "hash" BYTEA NOT NULL,
    "scopes" TEXT[],
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "expires_at" TIMESTAMPTZ(3),
    "last_used_at" TIMESTAMPTZ(3),
    "revoked_at" TIMESTAMPTZ(3),

    CONSTRAINT "api_token_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "audit_entry" (
    "id" UUID NOT NULL,
    "organization_id" TEXT,
    "actor_kind" TEXT NOT NULL,
    "actor_id" TEXT,
    "actor_name" TEXT NOT NULL,
    "action" TEXT NOT NULL,
    "subject_kind" TEXT NOT NULL,
    "subject_id" TEXT NOT NULL,
    "ip" TEXT,
    "before" JSONB,
    "after" JSONB,
    "at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "audit_entry_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "user" (
    "id" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "email" TEXT NOT NULL,
    "emailVerified" BOOLEAN NOT NULL DEFAULT false,
    "image" TEXT,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updatedAt" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "user_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "session" (
    "id" TEXT NOT NULL,
    "expiresAt" TIMESTAMPTZ(3) NOT NULL,
    "token" TEXT NOT NULL,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updatedAt" TIMESTAMPTZ(3) NOT NULL,
    "ipAddress" TEXT,
    "userAgent" TEXT,
    "userId" TEXT NOT NULL,
    "activeOrganizationId" TEXT,

    CONSTRAINT "session_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "account" (
    "id" TEXT NOT NULL,
    "accountId" TEXT NOT NULL,
    "providerId" TEXT NOT NULL,
    "userId" TEXT NOT NULL,
    "accessToken" TEXT,
    "refreshToken" TEXT,
    "idToken" TEXT,
    "accessTokenExpiresAt" TIMESTAMPTZ(3),
    "refreshTokenExpiresAt" TIMESTAMPTZ(3),
    "scope" TEXT,
    "password" TEXT,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updatedAt" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "account_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "verification" (
    "id" TEXT NOT NULL,
    "identifier" TEXT NOT NULL,
    "value" TEXT NOT NULL,
    "expiresAt" TIMESTAMPTZ(3) NOT NULL,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updatedAt" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "verification_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "organization" (
    "id" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "slug" TEXT NOT NULL,
    "logo" TEXT,
    "createdAt" TIMESTAMPTZ(3) NOT NULL,
    "metadata" TEXT,

    CONSTRAINT "organization_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "member" (
    "id" TEXT NOT NULL,
    "organizationId" TEXT NOT NULL,
    "userId" TEXT NOT NULL,
    "role" TEXT NOT NULL DEFAULT 'viewer',
    "createdAt" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "member_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "invitation" (
    "id" TEXT NOT NULL,
    "organizationId" TEXT NOT NULL,
    "email" TEXT NOT NULL,
    "role" TEXT,
    "status" TEXT NOT NULL DEFAULT 'pending',
    "expiresAt" TIMESTAMPTZ(3) NOT NULL,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "inviterId" TEXT NOT NULL,

    CONSTRAINT "invitation_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "build" (
    "id" UUID NOT NULL,
    "organization_id" TEXT NOT NULL,
    "project_id" UUID NOT NULL,
    "number" INTEGER NOT NULL,
    "sequence" BIGINT NOT NULL,
    "rule_id" UUID,
    "rule_name" TEXT,
    "delivery_id" UUID,
    "trigger" TEXT NOT NULL,
    "triggered_by" TEXT,
    "retry_of" UUID,
    "ref" TEXT NOT NULL,
    "commit" TEXT NOT NULL,
    "commit_subject" TEXT NOT NULL,
    "commit_author" TEXT NOT NULL,
    "commit_time" BIGINT NOT NULL,
    "zone" TEXT NOT NULL,
    "moves_tags" BOOLEAN NOT NULL,
    "tags" TEXT[],
    "context_path" TEXT NOT NULL,
    "dockerfile_path" TEXT NOT NULL,
    "target" TEXT,
    "platform" TEXT NOT NULL,
    "build_args" JSONB NOT NULL,
    "limits" JSONB NOT NULL,
    "no_cache" BOOLEAN NOT NULL DEFAULT false,
    "status" TEXT NOT NULL,
    "stage" TEXT,
    "phase" TEXT,
    "phases" JSONB NOT NULL DEFAULT '[]',
    "wait_reason" TEXT,
    "version" INTEGER NOT NULL DEFAULT 1,
    "attempt_number" INTEGER NOT NULL DEFAULT 0,
    "failure" JSONB,
    "digest" TEXT,
    "media_type" TEXT,
    "size_bytes" BIGINT,
    "base_images" JSONB NOT NULL DEFAULT '[]',
    "steps_total" INTEGER,
    "steps_cached" INTEGER,
    "warnings" JSONB NOT NULL DEFAULT '[]',
    "cache_export" TEXT NOT NULL DEFAULT 'none',
    "cache_export_note" TEXT,
    "cancel_requested_at" TIMESTAMPTZ(3),
    "cancel_requested_by" TEXT,
    "stopped_at" TIMESTAMPTZ(3),
    "queued_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "started_at" TIMESTAMPTZ(3),
    "built_at" TIMESTAMPTZ(3),
    "finished_at" TIMESTAMPTZ(3),

    CONSTRAINT "build_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "attempt" (
    "id" UUID NOT NULL,
    "build_id" UUID NOT NULL,
    "number" INTEGER NOT NULL,
    "state" TEXT NOT NULL,
    "instance_id" UUID,
    "worker_name" TEXT,
    "lease_until" TIMESTAMPTZ(3),
    "dispatched_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "claimed_at" TIMESTAMPTZ(3),
    "ended_at" TIMESTAMPTZ(3),
    "failure" JSONB,
    "engine_reference" TEXT,
    "registry_token" BYTEA,
    "registry_token_expires_at" TIMESTAMPTZ(3),
    "dockerfile" TEXT,
    "log_next_n" BIGINT NOT NULL DEFAULT 0,
    "log_lines" BIGINT NOT NULL DEFAULT 0,
    "log_bytes" BIGINT NOT NULL DEFAULT 0,
    "log_epoch" INTEGER NOT NULL DEFAULT 0,
    "log_complete" BOOLEAN NOT NULL DEFAULT false,
    "masked_secrets" JSONB NOT NULL DEFAULT '{}',

    CONSTRAINT "attempt_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "step" (
    "attempt_id" UUID NOT NULL,
    "ordinal" INTEGER NOT NULL,
    "vertex_id" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "stage" TEXT,
    "platform" TEXT,
    "internal" BOOLEAN NOT NULL,
    "cached" BOOLEAN NOT NULL,
    "started_at" TIMESTAMPTZ(6),
    "completed_at" TIMESTAMPTZ(6),
    "error" TEXT,
    "progress_group" TEXT,
    "start_line" INTEGER,
    "end_line" INTEGER,

    CONSTRAINT "step_pkey" PRIMARY KEY ("attempt_id","ordinal")
);

-- CreateTable
CREATE TABLE "log_chunk" (
    "attempt_id" UUID NOT NULL,
    "first_n" BIGINT NOT NULL,
    "last_n" BIGINT NOT NULL,
    "epoch" INTEGER NOT NULL,
    "first_at_ms" BIGINT NOT NULL,
    "first_line" BIGINT NOT NULL,
    "lines" INTEGER NOT NULL,
    "first_text_byte" BIGINT NOT NULL,
    "text_bytes" INTEGER NOT NULL,
    "entries_bytes" INTEGER NOT NULL,
    "payload" BYTEA NOT NULL,

    CONSTRAINT "log_chunk_pkey" PRIMARY KEY ("attempt_id","first_n")
);

-- CreateTable
CREATE TABLE "build_event" (
    "id" BIGSERIAL NOT NULL,
    "build_id" UUID NOT NULL,
    "version" INTEGER NOT NULL,
    "event" TEXT NOT NULL,
    "from_status" TEXT NOT NULL,
    "to_status" TEXT NOT NULL,
    "stage" TEXT,
    "attempt_number" INTEGER NOT NULL,
    "actor" TEXT,
    "detail" JSONB,
    "at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "build_event_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "delivery" (
    "id" UUID NOT NULL,
    "project_id" UUID NOT NULL,
    "forge" TEXT NOT NULL,
    "delivery_key" TEXT NOT NULL,
    "event_name" TEXT NOT NULL,
    "proof" TEXT NOT NULL,
    "status" TEXT NOT NULL,
    "ref" TEXT,
    "before" TEXT,
    "after" TEXT,
    "sender" TEXT,
    "note" TEXT,
    "failure_code" TEXT,
    "headers" JSONB NOT NULL,
    "body" BYTEA NOT NULL,
    "replay_of" UUID,
    "evaluation_attempts" INTEGER NOT NULL DEFAULT 0,
    "received_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "evaluated_at" TIMESTAMPTZ(3),

    CONSTRAINT "delivery_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "verdict" (
    "id" UUID NOT NULL,
    "delivery_id" UUID NOT NULL,
    "rule_id" UUID,
    "rule_name" TEXT NOT NULL,
    "matched" BOOLEAN NOT NULL,
    "reason" TEXT NOT NULL,
    "explanation" TEXT NOT NULL,
    "tags" TEXT[],
    "build_id" UUID,

    CONSTRAINT "verdict_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "hook_refusal" (
    "id" UUID NOT NULL,
    "project_id" UUID NOT NULL,
    "code" TEXT NOT NULL,
    "forge" TEXT,
    "address" TEXT NOT NULL,
    "received_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "hook_refusal_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "image" (
    "id" UUID NOT NULL,
    "project_id" UUID NOT NULL,
    "digest" TEXT NOT NULL,
    "media_type" TEXT NOT NULL,
    "size_bytes" BIGINT NOT NULL,
    "platforms" TEXT[],
    "build_id" UUID,
    "commit" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "image_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "image_tag" (
    "project_id" UUID NOT NULL,
    "tag" TEXT NOT NULL,
    "digest" TEXT NOT NULL,
    "build_id" UUID NOT NULL,
    "sequence" BIGINT NOT NULL,
    "build_number" INTEGER NOT NULL,
    "moved_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "image_tag_pkey" PRIMARY KEY ("project_id","tag")
);

-- CreateTable
CREATE TABLE "tag_move" (
    "id" UUID NOT NULL,
    "project_id" UUID NOT NULL,
    "tag" TEXT NOT NULL,
    "from_digest" TEXT,
    "to_digest" TEXT NOT NULL,
    "build_id" UUID NOT NULL,
    "build_number" INTEGER NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "tag_move_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "signing_key" (
    "id" UUID NOT NULL,
    "project_id" UUID NOT NULL,
    "state" TEXT NOT NULL,
    "public_key_pem" TEXT,
    "hint" TEXT,
    "sealed" BYTEA,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "signing_key_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "signature_artifact" (
    "id" UUID NOT NULL,
    "project_id" UUID NOT NULL,
    "digest" TEXT NOT NULL,
    "build_id" UUID NOT NULL,
    "key_id" UUID NOT NULL,
    "kind" TEXT NOT NULL,
    "artifact" JSONB NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "pushed_at" TIMESTAMPTZ(3),

    CONSTRAINT "signature_artifact_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "image_verification" (
    "id" UUID NOT NULL,
    "project_id" UUID NOT NULL,
    "digest" TEXT NOT NULL,
    "build_id" UUID,
    "ok" BOOLEAN NOT NULL,
    "checks" JSONB NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "image_verification_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "process_instance" (
    "id" UUID NOT NULL,
    "role" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "started_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "heartbeat_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "ended_at" TIMESTAMPTZ(3),
    "end_reason" TEXT,
    "info" JSONB NOT NULL DEFAULT '{}',

    CONSTRAINT "process_instance_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "publisher_tenure" (
    "project_id" UUID NOT NULL,
    "instance_id" UUID NOT NULL,
    "fence" BIGINT NOT NULL,
    "lease_until" TIMESTAMPTZ(3) NOT NULL,
    "token_dead_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "publisher_tenure_pkey" PRIMARY KEY ("project_id")
);

-- CreateTable
CREATE TABLE "outbox" (
    "id" BIGSERIAL NOT NULL,
    "topic" TEXT NOT NULL,
    "subject_id" UUID NOT NULL,
    "group_id" UUID NOT NULL,
    "available_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "locked_until" TIMESTAMPTZ(3),
    "locked_by" UUID,
    "attempts" INTEGER NOT NULL DEFAULT 0,
    "last_error" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "outbox_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "project" (
    "id" UUID NOT NULL,
    "organization_id" TEXT NOT NULL,
    "slug" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "description" TEXT NOT NULL DEFAULT '',
    "visibility" TEXT NOT NULL DEFAULT 'private',
    "remote_url" TEXT NOT NULL,
    "default_branch" TEXT,
    "context_path" TEXT NOT NULL DEFAULT '.',
    "dockerfile_path" TEXT NOT NULL DEFAULT 'Dockerfile',
    "target" TEXT,
    "platform" TEXT NOT NULL DEFAULT 'linux/amd64',
    "build_args" JSONB NOT NULL DEFAULT '{}',
    "limits" JSONB NOT NULL,
    "git_credentials" BYTEA,
    "last_sequence" BIGINT NOT NULL DEFAULT 0,
    "last_build_number" INTEGER NOT NULL DEFAULT 0,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,
    "deleted_at" TIMESTAMPTZ(3),

    CONSTRAINT "project_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "rule" (
    "id" UUID NOT NULL,
    "project_id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "enabled" BOOLEAN NOT NULL DEFAULT true,
    "ref_kind" TEXT NOT NULL,
    "ref_pattern" TEXT NOT NULL,
    "include_paths" TEXT[],
    "exclude_paths" TEXT[],
    "tags" TEXT[],
    "position" INTEGER NOT NULL DEFAULT 0,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "rule_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "hook_secret" (
    "id" UUID NOT NULL,
    "project_id" UUID NOT NULL,
    "sealed" BYTEA NOT NULL,
    "prefix" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "last_used_at" TIMESTAMPTZ(3),

    CONSTRAINT "hook_secret_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "project_secret" (
    "id" UUID NOT NULL,
    "project_id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "sealed" BYTEA NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "project_secret_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "registry_credential" (
    "id" UUID NOT NULL,
    "project_id" UUID NOT NULL,
    "host" TEXT NOT NULL,
    "username" TEXT NOT NULL,
    "sealed" BYTEA NOT NULL,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "registry_credential_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "ref_head" (
    "project_id" UUID NOT NULL,
    "ref" TEXT NOT NULL,
    "commit" TEXT NOT NULL,
    "sequence" BIGINT NOT NULL,
    "evaluated_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "ref_head_pkey" PRIMARY KEY ("project_id","ref")
);

-- CreateIndex
CREATE UNIQUE INDEX "api_token_hash_key" ON "api_token"("hash");

-- CreateIndex
CREATE INDEX "api_token_organization_id_idx" ON "api_token"("organization_id");

-- CreateIndex
CREATE INDEX "audit_entry_organization_id_id_idx" ON "audit_entry"("organization_id", "id" DESC);

-- CreateIndex
CREATE UNIQUE INDEX "user_email_key" ON "user"("email");

-- CreateIndex
CREATE UNIQUE INDEX "session_token_key" ON "session"("token");

-- CreateIndex
CREATE INDEX "session_userId_idx" ON "session"("userId");

-- CreateIndex
CREATE INDEX "account_userId_idx" ON "account"("userId");

-- CreateIndex
CREATE INDEX "verification_identifier_idx" ON "verification"("identifier");

-- CreateIndex
CREATE UNIQUE INDEX "organization_slug_key" ON "organization"("slug");

-- CreateIndex
CREATE INDEX "member_userId_idx" ON "member"("userId");

-- CreateIndex
CREATE UNIQUE INDEX "member_organizationId_userId_key" ON "member"("organizationId", "userId");

-- CreateIndex
CREATE INDEX "invitation_organizationId_idx" ON "invitation"("organizationId");

-- CreateIndex
CREATE INDEX "invitation_email_idx" ON "invitation"("email");

-- CreateIndex
CREATE INDEX "build_project_id_id_idx" ON "build"("project_id", "id" DESC);

-- CreateIndex
CREATE INDEX "build_organization_id_id_idx" ON "build"("organization_id", "id" DESC);

-- CreateIndex
CREATE INDEX "build_project_id_rule_id_ref_id_idx" ON "build"("project_id", "rule_id", "ref", "id" DESC);

-- CreateIndex
CREATE UNIQUE INDEX "build_project_id_number_key" ON "build"("project_id", "number");

-- CreateIndex
CREATE UNIQUE INDEX "attempt_build_id_number_key" ON "attempt"("build_id", "number");

-- CreateIndex
CREATE UNIQUE INDEX "build_event_build_id_version_key" ON "build_event"("build_id", "version");

-- CreateIndex
CREATE INDEX "delivery_project_id_id_idx" ON "delivery"("project_id", "id" DESC);

-- CreateIndex
CREATE UNIQUE INDEX "delivery_project_id_delivery_key_key" ON "delivery"("project_id", "delivery_key");

-- CreateIndex
CREATE INDEX "verdict_delivery_id_idx" ON "verdict"("delivery_id");

-- CreateIndex
CREATE INDEX "hook_refusal_project_id_id_idx" ON "hook_refusal"("project_id", "id" DESC);

-- CreateIndex
CREATE INDEX "image_project_id_id_idx" ON "image"("project_id", "id" DESC);

-- CreateIndex
CREATE UNIQUE INDEX "image_project_id_digest_key" ON "image"("project_id", "digest");

-- CreateIndex
CREATE INDEX "tag_move_project_id_id_idx" ON "tag_move"("project_id", "id" DESC);

-- CreateIndex
CREATE INDEX "signing_key_project_id_idx" ON "signing_key"("project_id");

-- CreateIndex
CREATE INDEX "signature_artifact_project_id_digest_idx" ON "signature_artifact"("project_id", "digest");

-- CreateIndex
CREATE UNIQUE INDEX "signature_artifact_build_id_kind_key" ON "signature_artifact"("build_id", "kind");

-- CreateIndex
CREATE INDEX "image_verification_project_id_digest_id_idx" ON "image_verification"("project_id", "digest", "id" DESC);

-- CreateIndex
CREATE INDEX "process_instance_role_ended_at_idx" ON "process_instance"("role", "ended_at");

-- CreateIndex
CREATE INDEX "outbox_topic_group_id_id_idx" ON "outbox"("topic", "group_id", "id");

-- CreateIndex
CREATE UNIQUE INDEX "project_organization_id_slug_key" ON "project"("organization_id", "slug");

-- CreateIndex
CREATE UNIQUE INDEX "rule_project_id_name_key" ON "rule"("project_id", "name");

-- CreateIndex
CREATE INDEX "hook_secret_project_id_idx" ON "hook_secret"("project_id");

-- CreateIndex
CREATE UNIQUE INDEX "project_secret_project_id_name_key" ON "project_secret"("project_id", "name");

-- CreateIndex
CREATE UNIQUE INDEX "registry_credential_project_id_host_key" ON "registry_credential"("project_id", "host");

-- AddForeignKey
ALTER TABLE "api_token" ADD CONSTRAINT "api_token_organization_id_fkey" FOREIGN KEY ("organization_id") REFERENCES "organization"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "session" ADD CONSTRAINT "session_userId_fkey" FOREIGN KEY ("userId") REFERENCES "user"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "account" ADD CONSTRAINT "account_userId_fkey" FOREIGN KEY ("userId") REFERENCES "user"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "member" ADD CONSTRAINT "member_organizationId_fkey" FOREIGN KEY ("organizationId") REFERENCES "organization"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "member" ADD CONSTRAINT "member_userId_fkey" FOREIGN KEY ("userId") REFERENCES "user"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "invitation" ADD CONSTRAINT "invitation_organizationId_fkey" FOREIGN KEY ("organizationId") REFERENCES "organization"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "invitation" ADD CONSTRAINT "invitation_inviterId_fkey" FOREIGN KEY ("inviterId") REFERENCES "user"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "build" ADD CONSTRAINT "build_project_id_fkey" FOREIGN KEY ("project_id") REFERENCES "project"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "attempt" ADD CONSTRAINT "attempt_build_id_fkey" FOREIGN KEY ("build_id") REFERENCES "build"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "step" ADD CONSTRAINT "step_attempt_id_fkey" FOREIGN KEY ("attempt_id") REFERENCES "attempt"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "log_chunk" ADD CONSTRAINT "log_chunk_attempt_id_fkey" FOREIGN KEY ("attempt_id") REFERENCES "attempt"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "build_event" ADD CONSTRAINT "build_event_build_id_fkey" FOREIGN KEY ("build_id") REFERENCES "build"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "delivery" ADD CONSTRAINT "delivery_project_id_fkey" FOREIGN KEY ("project_id") REFERENCES "project"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "verdict" ADD CONSTRAINT "verdict_delivery_id_fkey" FOREIGN KEY ("delivery_id") REFERENCES "delivery"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "hook_refusal" ADD CONSTRAINT "hook_refusal_project_id_fkey" FOREIGN KEY ("project_id") REFERENCES "project"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "image" ADD CONSTRAINT "image_project_id_fkey" FOREIGN KEY ("project_id") REFERENCES "project"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "image_tag" ADD CONSTRAINT "image_tag_project_id_fkey" FOREIGN KEY ("project_id") REFERENCES "project"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "tag_move" ADD CONSTRAINT "tag_move_project_id_fkey" FOREIGN KEY ("project_id") REFERENCES "project"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "signing_key" ADD CONSTRAINT "signing_key_project_id_fkey" FOREIGN KEY ("project_id") REFERENCES "project"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "publisher_tenure" ADD CONSTRAINT "publisher_tenure_project_id_fkey" FOREIGN KEY ("project_id") REFERENCES "project"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "project" ADD CONSTRAINT "project_organization_id_fkey" FOREIGN KEY ("organization_id") REFERENCES "organization"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "rule" ADD CONSTRAINT "rule_project_id_fkey" FOREIGN KEY ("project_id") REFERENCES "project"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "hook_secret" ADD CONSTRAINT "hook_secret_project_id_fkey" FOREIGN KEY ("project_id") REFERENCES "project"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "project_secret" ADD CONSTRAINT "project_secret_project_id_fkey" FOREIGN KEY ("project_id") REFERENCES "project"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "registry_credential" ADD CONSTRAINT "registry_credential_project_id_fkey" FOREIGN KEY ("project_id") REFERENCES "project"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "ref_head" ADD CONSTRAINT "ref_head_project_id_fkey" FOREIGN KEY ("project_id") REFERENCES "project"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- What the dispatcher and the sweeper look at: only the few rows that are not over. (Partial indexes are written by hand.)
CREATE INDEX "build_open_idx" ON "build" ("status", "id") WHERE "status" IN ('queued', 'running', 'canceling', 'awaiting_approval');
CREATE INDEX "attempt_open_idx" ON "attempt" ("state", "dispatched_at") WHERE "state" IN ('dispatched', 'claimed');
