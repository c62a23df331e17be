-- Up Migration

SET LOCAL ROLE nooble_owner;

-- Dead letters with their errors, which stay after Redis has dropped them. The envelope is there if the history keeps data.
CREATE TABLE nooble.dead_letters (
  domain text NOT NULL,
  action_id text NOT NULL,
  token bigint NOT NULL,
  tenant_id text NOT NULL,
  action_type text NOT NULL,
  died_at timestamptz NOT NULL,
  attempts integer NOT NULL,
  redrives integer NOT NULL,
  error json,
  envelope json,
  PRIMARY KEY (domain, action_id, token)
);

CREATE INDEX dead_letters_tenant ON nooble.dead_letters (tenant_id, died_at);
CREATE INDEX dead_letters_time ON nooble.dead_letters USING brin (died_at);

ALTER TABLE nooble.dead_letters ENABLE ROW LEVEL SECURITY;
ALTER TABLE nooble.dead_letters FORCE ROW LEVEL SECURITY;
CREATE POLICY writer ON nooble.dead_letters TO nooble_writer USING (true) WITH CHECK (true);
CREATE POLICY operator ON nooble.dead_letters FOR SELECT TO nooble_operator USING (true);
CREATE POLICY own_tenant ON nooble.dead_letters FOR SELECT TO nooble_app USING (tenant_id = nooble.current_tenant());
GRANT SELECT, INSERT, DELETE ON nooble.dead_letters TO nooble_writer;
GRANT SELECT ON nooble.dead_letters TO nooble_operator, nooble_app;

RESET ROLE;

-- Down Migration

DROP TABLE nooble.dead_letters;
