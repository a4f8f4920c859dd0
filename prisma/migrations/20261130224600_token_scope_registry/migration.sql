-- Every API token pulled private images until now, whatever its scopes. Those that exist keep what they can do.
UPDATE "api_token" SET "scopes" = array_append("scopes", 'registry') WHERE NOT 'registry' = ANY ("scopes");
