-- As before, and a builder is told of the projects of its own attempts alone (R21C-8).
CREATE OR REPLACE FUNCTION has_secrets(project_id uuid) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT (builder_pool() IS NULL OR EXISTS (SELECT FROM builder_attempts() h WHERE h.project_id = $1))
    AND (EXISTS (SELECT FROM project_secret s WHERE s.project_id = $1) OR EXISTS (SELECT FROM registry_credential c WHERE c.project_id = $1))
$$;
