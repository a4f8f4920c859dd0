-- What an organization has used goes with it.
CREATE FUNCTION usage_of_old_organization() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  DELETE FROM usage_delta WHERE organization_id = OLD.id;
  DELETE FROM usage_total WHERE organization_id = OLD.id;
  RETURN NULL;
END $$;
REVOKE ALL ON FUNCTION usage_of_old_organization() FROM PUBLIC;
CREATE TRIGGER usage_of_old_organization AFTER DELETE ON organization FOR EACH ROW EXECUTE FUNCTION usage_of_old_organization();
