-- What is known of an action's attempts, beside its immutable envelope. Token 0: not being run;
-- since: the clock when it last joined a queue. A claim replaces the token and leaves the rest.
-- include: many header
-- KEYS: run actions
local function parse_run(text) -- nil where it does not parse
  local token, tier, tenant, since, failures, stalls, redrives, cost =
    string.match(text or '', '^(%d+) ([1-4]) (%S+) (%d+) (%d+) (%d+) (%d+) (%S+)$')
  return token and {
    tier = tonumber(tier), tenant = tenant, token = token, since = since, failures = tonumber(failures),
    stalls = tonumber(stalls), redrives = tonumber(redrives), cost = cost,
  }
end

local function new_run(header)
  return {
    tier = header.tier, tenant = header.tenant, token = '0', since = header.arrival,
    failures = 0, stalls = 0, redrives = 0, cost = header.cost,
  }
end

local function lost_run(id) -- in place of one that does not parse: its attempts begin anew
  return new_run(parse_header(redis.call('HGET', actions, id)))
end

local function read_runs(ids) -- id → run, of those that have one
  local runs = {}
  for at, text in ipairs(call_all('HMGET', run, ids)) do
    if text then runs[ids[at]] = parse_run(text) or lost_run(ids[at]) end
  end
  return runs
end

local function read_run(id)
  return read_runs({id})[id]
end

local function is_suspect(r, max_stalls) -- on its last permitted stall: it waits apart and runs alone
  return r.stalls > 0 and r.stalls >= max_stalls
end

local function run_text(r)
  return string.format('%s %d %s %s %d %d %d %s', r.token, r.tier, r.tenant, r.since, r.failures, r.stalls, r.redrives, r.cost)
end

local function write_run(id, r)
  redis.call('HSET', run, id, run_text(r))
end
