-- Up Migration

SET LOCAL ROLE nooble_owner;

CREATE TABLE nooble.outbox (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  -- Random, because numbers are repeated after a restore of a backup.
  key uuid NOT NULL DEFAULT gen_random_uuid(),
  tenant_id text NOT NULL,
  domain text NOT NULL,
  action_id text NOT NULL,
  -- Hash of the sequence of the action, NULL without one.
  sequence text,
  -- Text, because jsonb cannot store \u0000.
  envelope text NOT NULL,
  options text NOT NULL,
  state text NOT NULL DEFAULT 'pending' CHECK (state IN ('pending', 'refused', 'done')),
  attempts integer NOT NULL DEFAULT 0,
  due_at timestamptz NOT NULL DEFAULT now(),
  error text,
  created_at timestamptz NOT NULL DEFAULT now(),
  ended_at timestamptz
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 10000);

CREATE INDEX outbox_due ON nooble.outbox (due_at, id) WHERE state = 'pending';
CREATE INDEX outbox_sequences ON nooble.outbox (tenant_id, domain, sequence, id)
  WHERE state = 'pending' AND sequence IS NOT NULL;
CREATE INDEX outbox_tenants ON nooble.outbox (tenant_id, domain, id);
CREATE INDEX outbox_ended ON nooble.outbox (state, ended_at) WHERE state <> 'pending';

ALTER TABLE nooble.outbox ENABLE ROW LEVEL SECURITY;
ALTER TABLE nooble.outbox FORCE ROW LEVEL SECURITY;

GRANT SELECT, INSERT, UPDATE, DELETE ON nooble.outbox TO nooble_writer;
GRANT SELECT, INSERT (tenant_id, domain, action_id, sequence, envelope, options)
  ON nooble.outbox TO nooble_app;
GRANT SELECT ON nooble.outbox TO nooble_operator;

CREATE POLICY writer ON nooble.outbox TO nooble_writer USING (true) WITH CHECK (true);
CREATE POLICY app ON nooble.outbox TO nooble_app
  USING (tenant_id = nooble.current_tenant()) WITH CHECK (tenant_id = nooble.current_tenant());
CREATE POLICY operator ON nooble.outbox FOR SELECT TO nooble_operator USING (true);

RESET ROLE;

-- Down Migration

DROP TABLE nooble.outbox;
