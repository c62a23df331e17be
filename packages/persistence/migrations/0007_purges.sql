-- Up Migration

SET LOCAL ROLE nooble_owner;

-- Tenants that were purged not long ago. A recorder may have received endings of them before, and does not store these any more.
-- Hashes, because a purge leaves no id of the tenant.
CREATE TABLE nooble.purges (
  tenant_hash bytea PRIMARY KEY,
  -- By the clock of Redis, like the times of endings.
  purged_at timestamptz NOT NULL,
  recorded_at timestamptz NOT NULL DEFAULT now()
);

ALTER TABLE nooble.purges ENABLE ROW LEVEL SECURITY;
ALTER TABLE nooble.purges FORCE ROW LEVEL SECURITY;
CREATE POLICY writer ON nooble.purges TO nooble_writer USING (true) WITH CHECK (true);
GRANT SELECT, INSERT, UPDATE, DELETE ON nooble.purges TO nooble_writer;

RESET ROLE;

-- Down Migration

DROP TABLE nooble.purges;
