-- Up Migration

-- Roles belong to the server: another database of it may have created them already, or be creating them now.
DO $$
DECLARE
  role_name text;
BEGIN
  FOREACH role_name IN ARRAY ARRAY['nooble_owner', 'nooble_writer', 'nooble_app', 'nooble_operator'] LOOP
    BEGIN
      EXECUTE format('CREATE ROLE %I NOLOGIN NOBYPASSRLS', role_name);
    EXCEPTION WHEN duplicate_object OR unique_violation THEN
      NULL;
    END;
  END LOOP;
END $$;

-- The user that migrates creates the tables as their owner.
GRANT nooble_owner TO CURRENT_USER;

ALTER SCHEMA nooble OWNER TO nooble_owner;
REVOKE ALL ON SCHEMA nooble FROM PUBLIC;
GRANT USAGE ON SCHEMA nooble TO nooble_writer, nooble_app, nooble_operator;

SET LOCAL ROLE nooble_owner;

-- The tenant of the transaction; NULL, which equals no tenant, if it has none.
CREATE FUNCTION nooble.current_tenant() RETURNS text
  LANGUAGE sql STABLE PARALLEL SAFE
  RETURN nullif(current_setting('nooble.tenant_id', true), '');

RESET ROLE;

-- Down Migration

DROP FUNCTION nooble.current_tenant();
ALTER SCHEMA nooble OWNER TO CURRENT_USER;
REVOKE USAGE ON SCHEMA nooble FROM nooble_writer, nooble_app, nooble_operator;
-- The roles remain, because other databases of the server may use them.
