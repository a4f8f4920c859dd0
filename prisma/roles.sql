-- Roles by which processes connect, each with no more than it needs (design 9: a builder reads no signing key, session or
-- token). Applied after the migrations by whoever owns the tables, as often as one likes: what is granted is what stands
-- here. Passwords are not set here. A table that is not named below is closed to all of them.
BEGIN;
-- One at a time. An advisory lock could be held by any role. Whoever waits here keeps nobody from a table.
LOCK TABLE _prisma_migrations IN SHARE ROW EXCLUSIVE MODE;
-- A new policy needs its table alone, and others stand behind it while it waits. roles.ts tries again.
SELECT set_config('lock_timeout', coalesce(current_setting('cooperage.lock_timeout', true), '10s'), true);

DO $$
DECLARE
  missing text;
BEGIN
  FOR missing IN
    SELECT name FROM unnest(ARRAY['cooperage_builder', 'cooperage_builder_untrusted', 'cooperage_api', 'cooperage_control']) AS name
    WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = name)
  LOOP
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = current_user AND (rolsuper OR rolcreaterole)) THEN
      RAISE EXCEPTION 'the role % is missing, and % may not create roles', missing, current_user
        USING ERRCODE = 'insufficient_privilege',
          HINT = format('Ask an administrator of the server for: CREATE ROLE %I LOGIN', missing);
    END IF;
    BEGIN
      EXECUTE format('CREATE ROLE %I LOGIN', missing);
    EXCEPTION WHEN duplicate_object OR unique_violation THEN
      NULL; -- roles belong to the server, and another database of it was quicker
    END;
  END LOOP;
END $$;

-- Whoever holds the lock that Prisma takes keeps a new version from its migrations. PostgreSQL opens advisory locks, the ending of other
-- sessions of one's own role, and large objects, to everybody; only a superuser can close them. A large object belongs to no project and
-- is never deleted.
DO $$
DECLARE
  f record;
BEGIN
  IF NOT (SELECT rolsuper FROM pg_roles WHERE rolname = current_user) THEN
    RETURN;
  END IF;
  FOR f IN
    SELECT p.oid::regprocedure AS signature FROM pg_proc p
    WHERE p.pronamespace = 'pg_catalog'::regnamespace
      AND (p.proname ~ '^(pg_(try_)?advisory_(xact_)?lock|lo_)'
        OR p.proname IN ('pg_terminate_backend', 'pg_cancel_backend', 'loread', 'lowrite'))
      AND has_function_privilege('cooperage_builder', p.oid, 'EXECUTE')
  LOOP
    EXECUTE format('REVOKE EXECUTE ON FUNCTION %s FROM PUBLIC', f.signature);
  END LOOP;
END $$;

-- Only its own session can vacuum a temporary table. While one is open, the database's oldest transaction id stays, and when ids have
-- run out nobody can write any more. PostgreSQL opens temporary tables to everybody.
DO $$
BEGIN
  IF has_database_privilege('cooperage_builder', current_database(), 'TEMPORARY') THEN
    EXECUTE format('REVOKE TEMPORARY ON DATABASE %I FROM PUBLIC', current_database());
  END IF;
  IF has_database_privilege('cooperage_builder', current_database(), 'TEMPORARY') THEN
    RAISE WARNING 'builders may make temporary tables, and % may not close them', current_user
      USING HINT = format('Ask an administrator of the server for: REVOKE TEMPORARY ON DATABASE %I FROM PUBLIC', current_database());
  END IF;
END $$;

-- What is closed here is closed in this database alone, and PostgreSQL lets every role connect to all others. Where the server is ours
-- there are two more. On somebody else's server others may connect to these.
DO $$
DECLARE
  open text;
  further CONSTANT boolean := EXISTS (SELECT FROM pg_database WHERE datallowconn AND datname NOT IN ('postgres', 'template1', current_database()));
BEGIN
  FOR open IN
    SELECT datname FROM pg_database WHERE datallowconn AND datname <> current_database() AND has_database_privilege('cooperage_builder', oid, 'CONNECT')
  LOOP
    IF NOT further AND (SELECT rolsuper FROM pg_roles WHERE rolname = current_user) THEN
      EXECUTE format('REVOKE CONNECT ON DATABASE %I FROM PUBLIC', open);
    ELSE
      RAISE WARNING 'builders may connect to the database %', open
        USING HINT = format('Where nobody else needs it, an administrator of the server closes it: REVOKE CONNECT ON DATABASE %I FROM PUBLIC. Else pg_hba.conf can.', open);
    END IF;
  END LOOP;
END $$;

-- PostgreSQL opens a new function to everybody. Migrations close ours, and a restored database has run none of them: what acts with the
-- rights of the owner is closed here as well, to all that are not named below.
DO $$
DECLARE
  f record;
BEGIN
  FOR f IN
    SELECT p.oid::regprocedure AS signature FROM pg_proc p, aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) AS a
    WHERE p.pronamespace = 'public'::regnamespace AND p.prosecdef AND a.grantee = 0 AND a.privilege_type = 'EXECUTE'
  LOOP
    EXECUTE format('REVOKE EXECUTE ON FUNCTION %s FROM PUBLIC', f.signature);
  END LOOP;
END $$;

REVOKE ALL ON ALL TABLES IN SCHEMA public FROM cooperage_builder, cooperage_builder_untrusted, cooperage_api, cooperage_control;
REVOKE ALL ON ALL SEQUENCES IN SCHEMA public FROM cooperage_builder, cooperage_builder_untrusted, cooperage_api, cooperage_control;
GRANT USAGE ON SCHEMA public TO cooperage_builder, cooperage_builder_untrusted, cooperage_api, cooperage_control;
GRANT USAGE ON SEQUENCE build_event_id_seq, outbox_id_seq TO cooperage_builder, cooperage_builder_untrusted, cooperage_api, cooperage_control;

-- builder: runs strangers' code next door, so it gets columns, not tables, wherever a table holds more than its own work.
GRANT SELECT (id, slug) ON organization TO cooperage_builder, cooperage_builder_untrusted;
GRANT SELECT (id, organization_id, slug, remote_url, default_branch, deleted_at, cache_mode) ON project TO cooperage_builder, cooperage_builder_untrusted;
GRANT SELECT (scope, cpus, memory_bytes, pids, disk_bytes) ON quota TO cooperage_builder, cooperage_builder_untrusted;
GRANT SELECT (id, project_id, name, sealed) ON project_secret TO cooperage_builder, cooperage_builder_untrusted;
GRANT SELECT (id, project_id, host, username, sealed) ON registry_credential TO cooperage_builder, cooperage_builder_untrusted;
GRANT SELECT ON build TO cooperage_builder, cooperage_builder_untrusted;
-- All but the token of the registry.
GRANT SELECT (id, build_id, number, state, lane, placed_on, placement, instance_id, worker_name, lease_until, handovers, dispatched_at,
  claimed_at, ended_at, failure, engine_reference, result_space, registry_token_expires_at, dockerfile, context_digest, target_records,
  cache_read, log_next_n, log_lines, log_bytes, log_epoch, log_complete) ON attempt TO cooperage_builder, cooperage_builder_untrusted;
GRANT UPDATE (status, stage, phase, phases, wait_reason, version, failure, fingerprint, digest, media_type, size_bytes, base_images, sources,
  steps_total, steps_cached, tools, resolved, warnings, cache_export, cache_export_note, cache_saved_ms,
  cache_ran_ms, cache_import_ms, cache_import_bytes, cache_export_ms, cache_export_bytes, cache_mode, cache_mode_why, dispatch_after, started_at, built_at, stopped_at,
  finished_at) ON build TO cooperage_builder, cooperage_builder_untrusted;
GRANT UPDATE (state, instance_id, worker_name, lease_until, claimed_at, ended_at, failure, engine_reference, registry_token,
  result_space, dockerfile, context_digest, target_records, cache_read, log_next_n, log_lines, log_bytes, log_epoch, log_complete) ON attempt TO cooperage_builder, cooperage_builder_untrusted;
-- Updates by column: a right to update the whole table is one to lock it against everybody.
-- A step stays where it was written: moved ones would not be counted (R21F-4).
GRANT SELECT, INSERT, UPDATE (name, cached, started_at, completed_at, error, progress_group, start_line, end_line) ON step TO cooperage_builder, cooperage_builder_untrusted;
GRANT SELECT, INSERT (id, role, name, info, key_hash), UPDATE (heartbeat_at, info, ended_at, end_reason) ON process_instance
  TO cooperage_builder, cooperage_builder_untrusted;
GRANT SELECT, INSERT ON log_chunk, context_manifest TO cooperage_builder, cooperage_builder_untrusted;
-- Where a cache stays, and who has used it, is not a builder's to say (R22D-9).
GRANT SELECT, INSERT (project_id, zone, ref, platform, epoch, digest, bytes, blob_digests, blob_bytes, build_id, build_number),
  UPDATE (digest, bytes, blob_digests, blob_bytes, build_id, build_number, written_at) ON cache_entry TO cooperage_builder, cooperage_builder_untrusted;
GRANT SELECT (id, project_id, zone, ref, platform, epoch, why, unused_days) ON cache_eviction TO cooperage_builder, cooperage_builder_untrusted;
-- Not its id: the next one of somebody else must stay free.
GRANT INSERT (build_id, version, event, from_status, to_status, stage, attempt_number, actor, detail) ON build_event
  TO cooperage_builder, cooperage_builder_untrusted;
-- Not its lock and its time: a row that is locked for ever would hold the work of its group back.
GRANT INSERT (topic, subject_id, group_id) ON outbox TO cooperage_builder, cooperage_builder_untrusted;
GRANT SELECT (topic) ON outbox TO cooperage_builder, cooperage_builder_untrusted;
GRANT SELECT (name, pool) ON worker_drain TO cooperage_builder, cooperage_builder_untrusted;
-- A look at the builder: what was asked is not its to change.
GRANT SELECT, UPDATE (taken_at, taken_by, answered_at, outcome, facts) ON setup_check TO cooperage_builder, cooperage_builder_untrusted;

GRANT EXECUTE ON FUNCTION builder_attempts(), builder_secret_projects(), stage_image(uuid, text, text[], bigint[], boolean), swept_resets(uuid)
  TO cooperage_builder, cooperage_builder_untrusted;
GRANT EXECUTE ON FUNCTION end_builder_transactions(interval) TO cooperage_control;
GRANT EXECUTE ON FUNCTION git_credentials_of(uuid), registry_token_of(uuid), has_secrets(uuid)
  TO cooperage_builder, cooperage_builder_untrusted, cooperage_api, cooperage_control;

-- control: holds the keys, and knows nothing of people, sessions and tokens.
GRANT SELECT ON cache_reset, installation, organization, quota, rule, project_secret, registry_credential, step TO cooperage_control;
GRANT SELECT, UPDATE, DELETE ON project, delivery TO cooperage_control;
GRANT SELECT, INSERT ON verdict, log_chunk, build_event TO cooperage_control;
GRANT SELECT, INSERT, UPDATE ON attempt, signing_key, publisher_tenure, head_watch TO cooperage_control;
GRANT SELECT, UPDATE ON named_lock TO cooperage_control;
GRANT SELECT ON worker_drain TO cooperage_control;
GRANT SELECT, INSERT, DELETE ON tag_move, signature_artifact, image_verification TO cooperage_control;
GRANT SELECT, INSERT, UPDATE, DELETE ON base_tag, build, image, mounted_image, staged_image, image_tag, kept_tag, ref_head, process_instance, outbox TO cooperage_control;
GRANT SELECT, DELETE ON hook_refusal TO cooperage_control;
-- What is measured in the registry stands there instead of a builder's word.
GRANT SELECT, INSERT, UPDATE, DELETE ON cache_entry TO cooperage_control;
GRANT SELECT, INSERT, UPDATE, DELETE ON cache_replaced TO cooperage_control;
GRANT SELECT ON cache_blob TO cooperage_control;
GRANT UPDATE (swept_at), DELETE ON cache_reset TO cooperage_control;
GRANT SELECT, INSERT, DELETE ON cache_eviction TO cooperage_control;
GRANT SELECT, UPDATE (ended_at, taken), DELETE ON cache_prune TO cooperage_control;
GRANT SELECT, UPDATE, DELETE ON trust_request TO cooperage_control;
GRANT SELECT, INSERT, UPDATE, DELETE ON reverification, retention_candidate TO cooperage_control;
GRANT SELECT ON retention_policy TO cooperage_control;
GRANT SELECT, DELETE ON usage_delta TO cooperage_control;
GRANT SELECT, INSERT, UPDATE ON usage_total TO cooperage_control;
GRANT DELETE ON log_chunk, build_event TO cooperage_control;
-- Before it deletes a build, it empties large texts of its attempts and steps a portion at a time (R22D-3).
GRANT UPDATE (name, vertex_id, error, stage, target, platform, progress_group) ON step TO cooperage_control;
GRANT SELECT, DELETE ON layer_listing, context_manifest TO cooperage_control;
GRANT SELECT, INSERT, DELETE ON step_verdict TO cooperage_control;
GRANT SELECT, UPDATE (taken_at, taken_by, answered_at, outcome, facts) ON setup_check TO cooperage_control;

-- api (and live): everything that people see and change, and of signing keys the public part.
GRANT SELECT, INSERT, UPDATE, DELETE ON "user", session, account, verification, organization, member, invitation, api_token
  TO cooperage_api;
GRANT SELECT, INSERT, UPDATE, DELETE ON project, rule, hook_secret, project_secret, registry_credential, idempotent_call
  TO cooperage_api;
GRANT SELECT, INSERT, UPDATE ON delivery, build, process_instance TO cooperage_api;
GRANT SELECT, UPDATE ON attempt TO cooperage_api;
GRANT SELECT, INSERT, DELETE ON hook_refusal, saved_view, worker_drain TO cooperage_api;
GRANT SELECT, DELETE ON kept_tag TO cooperage_api;
GRANT SELECT, INSERT ON build_event, image_verification, audit_entry, outbox TO cooperage_api;
GRANT SELECT, INSERT, UPDATE ON audit_chain TO cooperage_api;
GRANT SELECT ON step, log_chunk, context_manifest, verdict, ref_head, head_watch, image, image_tag, tag_move, signature_artifact, _prisma_migrations
  TO cooperage_api;
GRANT SELECT (id, project_id, state, public_key_pem, hint, created_at, retired_at, verify_until) ON signing_key TO cooperage_api;
GRANT SELECT, INSERT ON trust_request, cache_reset, cache_prune TO cooperage_api;
GRANT SELECT ON cache_entry, cache_blob, cache_eviction, step_verdict TO cooperage_api;
GRANT SELECT, INSERT, DELETE ON layer_listing TO cooperage_api;
GRANT SELECT ON reverification, base_tag TO cooperage_api;
GRANT SELECT, INSERT, UPDATE ON setup_check, first_steps_dismissal, installation TO cooperage_api;
GRANT SELECT, INSERT, UPDATE ON retention_candidate, retention_policy TO cooperage_api;
GRANT SELECT, INSERT, UPDATE, DELETE ON quota TO cooperage_api;
GRANT SELECT ON usage_delta, usage_total TO cooperage_api;

-- Rows, where a table holds more than a builder's own work (docs/adr/0035): api and control see all of them, a builder those of the
-- attempts that are its own. A policy that is there is left as it is, so that nothing waits for a lock: one that changes takes
-- another name, and the old one is dropped here.
DO $$
DECLARE
  of_build CONSTANT text := 'build_id IN (SELECT h.build_id FROM builder_attempts() h)';
  of_project CONSTANT text := 'project_id IN (SELECT h.project_id FROM builder_attempts() h)';
  -- The place of a cache whose export is pending: control measures what stands there afterwards (R22D-9).
  of_export CONSTANT text := '(project_id, zone, ref, platform, epoch) IN (SELECT b.project_id, b.zone, b.ref, b.platform, b.cache_epoch '
    || 'FROM builder_attempts() h JOIN build b ON b.id = h.build_id '
    || 'WHERE h.state = ''built'' AND b.status = ''succeeded'' AND b.cache_export = ''pending'')';
  of_attempt CONSTANT text := 'attempt_id IN (SELECT h.attempt_id FROM builder_attempts() h)';
  with_secrets CONSTANT text := 'project_id IN (SELECT builder_secret_projects())';
  own CONSTANT text := 'key_hash = builder_key_hash()';
  -- Its answer is read as that of the engine that builds the organization's own code.
  trusted_check CONSTANT text := 'name = ''builder'' AND builder_pool() = ''trusted''';
  rule record;
BEGIN
  FOR rule IN SELECT * FROM (VALUES
    ('process_instance', 'own_seen', 'SELECT', own, NULL),
    ('process_instance', 'own_begun', 'INSERT', NULL, own || ' AND role = ''builder'''),
    ('process_instance', 'own_changed', 'UPDATE', own, own),
    ('build', 'of_project_seen', 'SELECT', of_project, NULL),
    ('build', 'held_changed', 'UPDATE', 'id IN (SELECT h.build_id FROM builder_attempts() h)', 'id IN (SELECT h.build_id FROM builder_attempts() h)'),
    ('attempt', 'of_project_seen', 'SELECT', 'EXISTS (SELECT FROM build b WHERE b.id = attempt.build_id)', NULL),
    ('attempt', 'held_changed', 'UPDATE', 'id IN (SELECT h.attempt_id FROM builder_attempts() h)',
      of_build || ' AND (instance_id IS NULL OR EXISTS (SELECT FROM process_instance i WHERE i.id = attempt.instance_id))'),
    ('step', 'of_project_seen', 'SELECT', 'EXISTS (SELECT FROM attempt a WHERE a.id = step.attempt_id)', NULL),
    ('step', 'held_made', 'INSERT', NULL, of_attempt),
    ('step', 'held_changed', 'UPDATE', of_attempt, of_attempt),
    ('log_chunk', 'held_seen', 'SELECT', of_attempt, NULL),
    ('log_chunk', 'held_made', 'INSERT', NULL, of_attempt),
    ('context_manifest', 'of_project_seen', 'SELECT', of_project, NULL),
    ('context_manifest', 'of_project_made', 'INSERT', NULL, of_project),
    ('project_secret', 'held_seen', 'SELECT', with_secrets, NULL),
    ('registry_credential', 'held_seen', 'SELECT', with_secrets, NULL),
    ('cache_entry', 'of_project_seen', 'SELECT', of_project, NULL),
    ('cache_entry', 'of_export_made', 'INSERT', NULL, of_export),
    -- A row that may be changed may be held: none for which builders of another pool wait.
    ('cache_entry', 'of_export_changed', 'UPDATE', of_export, of_export),
    ('cache_eviction', 'of_project_seen', 'SELECT', of_project, NULL),
    ('setup_check', 'of_trusted_seen', 'SELECT', trusted_check, NULL),
    ('setup_check', 'of_trusted_changed', 'UPDATE', trusted_check, trusted_check),
    ('build_event', 'held_made', 'INSERT', NULL, of_build),
    ('outbox', 'held_seen', 'SELECT', 'subject_id IN (SELECT h.build_id FROM builder_attempts() h)', NULL),
    ('outbox', 'own_group_made', 'INSERT', NULL,
      'EXISTS (SELECT FROM builder_attempts() h WHERE h.build_id = subject_id AND '
      || '((topic = ''publish'' AND group_id = h.project_id) OR (topic IN (''export-cache'', ''note-steps'') AND group_id = h.build_id)))')
  ) AS rules(relation, name, command, seen, made) LOOP
    IF NOT EXISTS (SELECT FROM pg_policies p WHERE p.schemaname = 'public' AND p.tablename = rule.relation AND p.policyname = 'builder_' || rule.name) THEN
      EXECUTE format('CREATE POLICY %I ON %I FOR %s TO cooperage_builder, cooperage_builder_untrusted', 'builder_' || rule.name, rule.relation, rule.command)
        || coalesce(' USING (' || rule.seen || ')', '') || coalesce(' WITH CHECK (' || rule.made || ')', '');
    ELSIF EXISTS (SELECT FROM pg_policies p WHERE p.schemaname = 'public' AND p.tablename = rule.relation AND p.policyname = 'builder_' || rule.name
      AND NOT p.roles @> ARRAY['cooperage_builder', 'cooperage_builder_untrusted']::name[]) THEN
      EXECUTE format('ALTER POLICY %I ON %I TO cooperage_builder, cooperage_builder_untrusted', 'builder_' || rule.name, rule.relation);
    END IF;
    IF NOT EXISTS (SELECT FROM pg_policies p WHERE p.schemaname = 'public' AND p.tablename = rule.relation AND p.policyname = 'all_rows') THEN
      EXECUTE format('CREATE POLICY all_rows ON %I TO cooperage_api, cooperage_control USING (true) WITH CHECK (true)', rule.relation);
      EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', rule.relation);
    END IF;
  END LOOP;
  FOR rule IN SELECT tablename, policyname FROM pg_policies WHERE schemaname = 'public' AND (tablename, policyname) IN (
    ('cache_entry', 'builder_of_project_made'), ('cache_entry', 'builder_of_project_changed'),
    ('cache_entry', 'builder_of_zone_made'), ('cache_entry', 'builder_of_zone_changed'), ('setup_check', 'builder_of_builder_seen'), ('setup_check', 'builder_of_builder_changed'))
  LOOP
    EXECUTE format('DROP POLICY %I ON %I', rule.policyname, rule.tablename);
  END LOOP;
END $$;

-- What a taken-over builder can use up of the server (docs/adr/0035). One builder and its supervisor open at most 14 connections:
-- a pool of 12, one that listens, one of the supervisor. All builders of a pool together have three of ten, so both leave four of ten to
-- the others. Those are 80 of the 200 that Compose and the launcher set: 32 of an api process (16 for people, 12 and 4 for webhooks), 10
-- of a live one, and 14 of each control. Each session may write 64 MiB of temporary files; only a superuser can say that. A limit that an administrator
-- has set stays. A role may set defaults of its own for all its later sessions, so what a taken-over builder has set is removed.
DO $$
DECLARE
  most CONSTANT integer := current_setting('max_connections')::integer * 3 / 10;
  r record;
  own record;
BEGIN
  FOR r IN
    SELECT oid, rolname, rolconnlimit FROM pg_roles WHERE rolname IN ('cooperage_builder', 'cooperage_builder_untrusted') ORDER BY rolname
  LOOP
    IF r.rolconnlimit = -1 THEN
      BEGIN
        EXECUTE format('ALTER ROLE %I CONNECTION LIMIT %s', r.rolname, most);
      EXCEPTION WHEN insufficient_privilege THEN
        RAISE WARNING 'the role % has no limit of connections, and % may not set one', r.rolname, current_user
          USING HINT = format('Ask an administrator of the server for: ALTER ROLE %I CONNECTION LIMIT %s', r.rolname, most);
      END;
    END IF;
    IF (SELECT rolsuper FROM pg_roles WHERE rolname = current_user)
      AND NOT EXISTS (SELECT FROM pg_db_role_setting s, unnest(s.setconfig) AS setting
        WHERE s.setrole = r.oid AND s.setdatabase = 0 AND setting LIKE 'temp\_file\_limit=%') THEN
      EXECUTE format('ALTER ROLE %I SET temp_file_limit = %L', r.rolname, '64MB');
    END IF;
    FOR own IN
      SELECT split_part(setting, '=', 1) AS name, coalesce('IN DATABASE ' || quote_ident(d.datname), '') AS place
      FROM pg_db_role_setting s CROSS JOIN LATERAL unnest(s.setconfig) AS setting LEFT JOIN pg_database d ON d.oid = s.setdatabase
      WHERE s.setrole = r.oid AND setting NOT LIKE 'temp\_file\_limit=%'
    LOOP
      RAISE NOTICE 'the setting % of the role % is removed', own.name, r.rolname;
      BEGIN
        EXECUTE format('ALTER ROLE %I %s RESET %I', r.rolname, own.place, own.name);
      EXCEPTION WHEN insufficient_privilege THEN
        RAISE WARNING 'the role % has the setting %, and % may not remove it', r.rolname, own.name, current_user
          USING HINT = format('Ask an administrator of the server for: ALTER ROLE %I %s RESET %I', r.rolname, own.place, own.name);
      END;
    END LOOP;
  END LOOP;
END $$;
COMMIT;
