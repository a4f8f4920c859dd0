-- 'deliveryBytes' counts what a delivery takes: its headers, its row and the verdicts of rules on it, beside its body (docs/adr/0039).
-- Writers of deliveries wait meanwhile, and so does who deletes a project: what is counted below is taken off by the same measure.
LOCK TABLE project IN SHARE ROW EXCLUSIVE MODE;
LOCK TABLE delivery, verdict IN ACCESS EXCLUSIVE MODE;

-- 1 KiB: the row without its headers and its body, and its places in indexes. `storedDeliveryBytes` of @cooperage/db says the same.
CREATE FUNCTION delivery_bytes(headers jsonb, body bytea) RETURNS bigint LANGUAGE sql IMMUTABLE AS $$
  SELECT 1024 + octet_length(headers::text)::bigint + octet_length(body)
$$;

-- 192 bytes: a row without its texts, and its places in indexes.
CREATE FUNCTION rule_verdict_bytes(rule_name text, reason text, explanation text, tags text[]) RETURNS bigint LANGUAGE sql STABLE AS $$
  SELECT 192 + octet_length(rule_name)::bigint + octet_length(reason) + octet_length(explanation) + octet_length(array_to_string(tags, ''))
$$;

CREATE OR REPLACE FUNCTION usage_of_deliveries() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  PERFORM usage_add(p.organization_id, 'deliveryBytes', '1970-01-01',
    (sum(delivery_bytes(c.headers, c.body)) * CASE TG_OP WHEN 'DELETE' THEN -1 ELSE 1 END)::bigint)
  FROM changed c JOIN project p ON p.id = c.project_id GROUP BY p.organization_id;
  RETURN NULL;
END $$;

-- Nobody changes a verdict. It goes with its delivery, which takes it off before: afterwards its organization cannot be found.
CREATE FUNCTION usage_of_verdicts() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  PERFORM usage_add((SELECT p.organization_id FROM delivery d JOIN project p ON p.id = d.project_id WHERE d.id = c.delivery_id),
    'deliveryBytes', '1970-01-01', c.bytes * CASE TG_OP WHEN 'DELETE' THEN -1 ELSE 1 END)
  FROM (SELECT delivery_id, sum(rule_verdict_bytes(rule_name, reason, explanation, tags))::bigint AS bytes
    FROM changed GROUP BY delivery_id) c;
  RETURN NULL;
END $$;
CREATE TRIGGER usage_of_new_verdicts AFTER INSERT ON verdict REFERENCING NEW TABLE AS changed
  FOR EACH STATEMENT EXECUTE FUNCTION usage_of_verdicts();
CREATE TRIGGER usage_of_old_verdicts AFTER DELETE ON verdict REFERENCING OLD TABLE AS changed
  FOR EACH STATEMENT EXECUTE FUNCTION usage_of_verdicts();

CREATE FUNCTION usage_of_old_delivery() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  PERFORM usage_add((SELECT p.organization_id FROM project p WHERE p.id = OLD.project_id), 'deliveryBytes', '1970-01-01',
    -sum(rule_verdict_bytes(v.rule_name, v.reason, v.explanation, v.tags))::bigint)
  FROM verdict v WHERE v.delivery_id = OLD.id HAVING count(*) > 0;
  RETURN OLD;
END $$;
CREATE TRIGGER usage_of_old_delivery BEFORE DELETE ON delivery FOR EACH ROW EXECUTE FUNCTION usage_of_old_delivery();

-- As before, and with all of a delivery: what goes with its project is taken off before.
CREATE OR REPLACE FUNCTION usage_of_old_project() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  PERFORM usage_add(OLD.organization_id, 'deliveryBytes', '1970-01-01', -coalesce(sum(parts.bytes), 0)::bigint) FROM (
    SELECT delivery_bytes(d.headers, d.body) AS bytes FROM delivery d WHERE d.project_id = OLD.id
    UNION ALL SELECT rule_verdict_bytes(v.rule_name, v.reason, v.explanation, v.tags)
      FROM delivery d JOIN verdict v ON v.delivery_id = d.id WHERE d.project_id = OLD.id) parts;
  PERFORM usage_add(OLD.organization_id, 'imageBytes', '1970-01-01', -coalesce(sum(i.size_bytes), 0)::bigint)
  FROM image i WHERE i.project_id = OLD.id;
  PERFORM usage_add(OLD.organization_id, 'stagedBytes', '1970-01-01', -coalesce(sum(s.bytes), 0)::bigint)
  FROM staged_image s WHERE s.project_id = OLD.id;
  PERFORM usage_add(OLD.organization_id, 'cacheBytes', '1970-01-01', -coalesce(sum(e.bytes), 0)::bigint)
  FROM cache_entry e WHERE e.project_id = OLD.id;
  PERFORM usage_add(OLD.organization_id, 'recordBytes', '1970-01-01', -coalesce(sum(parts.bytes), 0)::bigint) FROM (
    SELECT octet_length(m.payload)::bigint AS bytes FROM context_manifest m WHERE m.project_id = OLD.id
    UNION ALL SELECT octet_length(l.payload) FROM layer_listing l WHERE l.project_id = OLD.id
    UNION ALL SELECT a.record_bytes FROM signature_artifact a WHERE a.project_id = OLD.id
    UNION ALL SELECT verdict_bytes(v.step_key, v.dockerfile_path, v.stage, v.definition, v.detail, v.root_key) FROM step_verdict v
      WHERE v.project_id = OLD.id
    UNION ALL SELECT blob_list_bytes(e.blob_digests) FROM cache_entry e WHERE e.project_id = OLD.id) parts;
  RETURN OLD;
END $$;

REVOKE ALL ON FUNCTION usage_of_verdicts(), usage_of_old_delivery(), delivery_bytes(jsonb, bytea),
  rule_verdict_bytes(text, text, text, text[]) FROM PUBLIC;

-- What is there already: bodies were counted before.
SELECT usage_add(p.organization_id, 'deliveryBytes', '1970-01-01', sum(parts.bytes)::bigint) FROM (
  SELECT d.project_id, delivery_bytes(d.headers, d.body) - octet_length(d.body) AS bytes FROM delivery d
  UNION ALL SELECT d.project_id, rule_verdict_bytes(v.rule_name, v.reason, v.explanation, v.tags)
    FROM verdict v JOIN delivery d ON d.id = v.delivery_id) parts
JOIN project p ON p.id = parts.project_id GROUP BY p.organization_id;
