-- Up Migration

SET LOCAL ROLE nooble_owner;

-- Sums over the endings of a UTC day, kept in the transaction that inserts these.
CREATE TABLE nooble.usage_daily (
  day date NOT NULL,
  tenant_id text NOT NULL,
  domain text NOT NULL,
  action_type text NOT NULL,
  tier text NOT NULL,
  done bigint NOT NULL,
  dead bigint NOT NULL,
  expired bigint NOT NULL,
  cancelled bigint NOT NULL,
  attempts bigint NOT NULL,
  stalls bigint NOT NULL,
  cost numeric NOT NULL,
  running_us bigint NOT NULL,
  PRIMARY KEY (tenant_id, day, domain, action_type, tier)
);

CREATE INDEX usage_daily_day ON nooble.usage_daily (day);

ALTER TABLE nooble.usage_daily ENABLE ROW LEVEL SECURITY;
ALTER TABLE nooble.usage_daily FORCE ROW LEVEL SECURITY;
CREATE POLICY writer ON nooble.usage_daily TO nooble_writer USING (true) WITH CHECK (true);
CREATE POLICY operator ON nooble.usage_daily FOR SELECT TO nooble_operator USING (true);
CREATE POLICY own_tenant ON nooble.usage_daily FOR SELECT TO nooble_app USING (tenant_id = nooble.current_tenant());
GRANT SELECT, INSERT, UPDATE, DELETE ON nooble.usage_daily TO nooble_writer;
GRANT SELECT ON nooble.usage_daily TO nooble_operator, nooble_app;

RESET ROLE;

-- Down Migration

DROP TABLE nooble.usage_daily;
