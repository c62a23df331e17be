-- Up Migration

SET LOCAL ROLE nooble_owner;

-- One row per ending of an action. An action that was dead and redriven has several, with different tokens.
CREATE TABLE nooble.endings (
  day date NOT NULL,
  domain text NOT NULL,
  action_id text NOT NULL,
  token bigint NOT NULL,
  tenant_id text NOT NULL,
  tier text NOT NULL,
  action_type text NOT NULL,
  ending text NOT NULL,
  task_id text,
  session_id text,
  parent_action_id text,
  trace_id text,
  admitted_at timestamptz NOT NULL,
  first_claim_at timestamptz,
  ended_at timestamptz NOT NULL,
  attempts integer NOT NULL,
  stalls integer NOT NULL,
  redrives integer NOT NULL,
  cost numeric NOT NULL,
  running_us bigint NOT NULL,
  error_code text,
  error_message text,
  data json,
  result json,
  problem text,
  PRIMARY KEY (domain, action_id, token, day)
) PARTITION BY RANGE (day);

CREATE INDEX endings_time ON nooble.endings USING brin (ended_at);
CREATE INDEX endings_tenant ON nooble.endings (tenant_id, ended_at, token, action_id);
CREATE INDEX endings_task ON nooble.endings (task_id, ended_at) WHERE task_id IS NOT NULL;

ALTER TABLE nooble.endings ENABLE ROW LEVEL SECURITY;
ALTER TABLE nooble.endings FORCE ROW LEVEL SECURITY;
CREATE POLICY writer ON nooble.endings TO nooble_writer USING (true) WITH CHECK (true);
CREATE POLICY operator ON nooble.endings FOR SELECT TO nooble_operator USING (true);
CREATE POLICY own_tenant ON nooble.endings FOR SELECT TO nooble_app USING (tenant_id = nooble.current_tenant());
GRANT SELECT, INSERT, DELETE ON nooble.endings TO nooble_writer;
GRANT SELECT ON nooble.endings TO nooble_operator, nooble_app;

-- Endings that were dropped in Redis because they were not recorded in time.
CREATE TABLE nooble.history_gaps (
  domain text NOT NULL,
  partition text NOT NULL,
  entry_id text NOT NULL,
  first_ended_at timestamptz NOT NULL,
  first_action_id text NOT NULL,
  last_ended_at timestamptz NOT NULL,
  last_action_id text NOT NULL,
  endings bigint NOT NULL,
  bytes bigint NOT NULL,
  recorded_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (domain, partition, entry_id, first_ended_at)
);

-- Endings that the database refuses, as text, with the reason.
CREATE TABLE nooble.refused_endings (
  domain text NOT NULL,
  partition text NOT NULL,
  entry_id text NOT NULL,
  action_id text NOT NULL,
  token text NOT NULL,
  tenant_id text NOT NULL,
  reason text NOT NULL,
  entry text NOT NULL,
  recorded_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (domain, action_id, token)
);

ALTER TABLE nooble.history_gaps ENABLE ROW LEVEL SECURITY;
ALTER TABLE nooble.history_gaps FORCE ROW LEVEL SECURITY;
ALTER TABLE nooble.refused_endings ENABLE ROW LEVEL SECURITY;
ALTER TABLE nooble.refused_endings FORCE ROW LEVEL SECURITY;
CREATE POLICY writer ON nooble.history_gaps TO nooble_writer USING (true) WITH CHECK (true);
CREATE POLICY operator ON nooble.history_gaps FOR SELECT TO nooble_operator USING (true);
CREATE POLICY writer ON nooble.refused_endings TO nooble_writer USING (true) WITH CHECK (true);
CREATE POLICY operator ON nooble.refused_endings FOR SELECT TO nooble_operator USING (true);
GRANT SELECT, INSERT ON nooble.history_gaps TO nooble_writer;
GRANT SELECT, INSERT, DELETE ON nooble.refused_endings TO nooble_writer;
GRANT SELECT ON nooble.history_gaps, nooble.refused_endings TO nooble_operator;

-- A partition holds one day. Recorders create those of the days ahead, and drop those that are too old.
CREATE FUNCTION nooble.create_endings_partition(of_day date) RETURNS void
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  name text := 'endings_' || to_char(of_day, 'YYYYMMDD');
BEGIN
  IF of_day NOT BETWEEN '2000-01-01' AND '2999-12-31' THEN
    RAISE EXCEPTION 'Cannot create a partition of endings for %', of_day USING ERRCODE = 'datetime_field_overflow';
  END IF;
  IF to_regclass('nooble.' || name) IS NOT NULL THEN RETURN; END IF;
  PERFORM pg_advisory_xact_lock(hashtext('nooble.endings'));
  EXECUTE format(
    'CREATE TABLE IF NOT EXISTS nooble.%I PARTITION OF nooble.endings FOR VALUES FROM (%L) TO (%L)',
    name, of_day, of_day + 1
  );
END $$;

CREATE FUNCTION nooble.drop_endings_before(first_kept date) RETURNS integer
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  name text;
  dropped integer := 0;
BEGIN
  PERFORM pg_advisory_xact_lock(hashtext('nooble.endings'));
  FOR name IN
    SELECT relname FROM pg_inherits JOIN pg_class ON pg_class.oid = inhrelid
    WHERE inhparent = 'nooble.endings'::regclass AND relname < 'endings_' || to_char(first_kept, 'YYYYMMDD')
  LOOP
    EXECUTE format('DROP TABLE nooble.%I', name);
    dropped := dropped + 1;
  END LOOP;
  RETURN dropped;
END $$;

REVOKE ALL ON FUNCTION nooble.create_endings_partition(date), nooble.drop_endings_before(date) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION nooble.create_endings_partition(date), nooble.drop_endings_before(date) TO nooble_writer;

RESET ROLE;

-- Down Migration

DROP FUNCTION nooble.drop_endings_before(date);
DROP FUNCTION nooble.create_endings_partition(date);
DROP TABLE nooble.refused_endings;
DROP TABLE nooble.history_gaps;
DROP TABLE nooble.endings;
