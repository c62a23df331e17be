-- Up Migration

SET LOCAL ROLE nooble_owner;

CREATE TABLE nooble.plans (
  name text PRIMARY KEY,
  tier text NOT NULL,
  weight double precision,
  limits jsonb NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(limits) = 'object'),
  updated_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE nooble.tenants (
  tenant_id text PRIMARY KEY,
  plan text NOT NULL REFERENCES nooble.plans,
  -- Where it differs from its plan.
  weight double precision,
  limits jsonb NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(limits) = 'object'),
  suspended boolean NOT NULL DEFAULT false,
  updated_at timestamptz NOT NULL DEFAULT now()
);

CREATE INDEX tenants_plan ON nooble.tenants (plan);

-- Directories drop the tenant from their caches; an empty payload stands for all tenants.
CREATE FUNCTION nooble.notify_tenants() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_TABLE_NAME = 'plans' OR TG_OP = 'TRUNCATE' THEN
    PERFORM pg_notify('nooble_tenants', '');
  ELSE
    PERFORM pg_notify('nooble_tenants', coalesce(NEW.tenant_id, OLD.tenant_id));
  END IF;
  RETURN NULL;
END $$;

CREATE TRIGGER changed AFTER INSERT OR UPDATE OR DELETE ON nooble.tenants
  FOR EACH ROW EXECUTE FUNCTION nooble.notify_tenants();
CREATE TRIGGER emptied AFTER TRUNCATE ON nooble.tenants
  FOR EACH STATEMENT EXECUTE FUNCTION nooble.notify_tenants();
CREATE TRIGGER changed AFTER INSERT OR UPDATE OR DELETE ON nooble.plans
  FOR EACH STATEMENT EXECUTE FUNCTION nooble.notify_tenants();

-- Plans belong to no tenant.
GRANT SELECT, INSERT, UPDATE, DELETE ON nooble.plans TO nooble_writer;
GRANT SELECT ON nooble.plans TO nooble_operator;

ALTER TABLE nooble.tenants ENABLE ROW LEVEL SECURITY;
ALTER TABLE nooble.tenants FORCE ROW LEVEL SECURITY;

GRANT SELECT, INSERT, UPDATE, DELETE ON nooble.tenants TO nooble_writer;
GRANT SELECT ON nooble.tenants TO nooble_app, nooble_operator;

CREATE POLICY writer ON nooble.tenants TO nooble_writer USING (true) WITH CHECK (true);
CREATE POLICY app ON nooble.tenants FOR SELECT TO nooble_app
  USING (tenant_id = nooble.current_tenant());
CREATE POLICY operator ON nooble.tenants FOR SELECT TO nooble_operator USING (true);

RESET ROLE;

-- Down Migration

DROP TABLE nooble.tenants;
DROP TABLE nooble.plans;
DROP FUNCTION nooble.notify_tenants();
