-- What is known of an action's attempts, beside its immutable envelope. Token 0: not being run;
-- since: the clock when it last joined a queue.
-- KEYS: run
local function parse_run(text)
  local tier, tenant, token, since, failures, stalls, redrives, cost =
    string.match(text, '^(%d) (%S+) (%d+) (%d+) (%d+) (%d+) (%d+) (%S+)$')
  return {
    tier = tonumber(tier), tenant = tenant, token = token, since = tonumber(since), failures = tonumber(failures),
    stalls = tonumber(stalls), redrives = tonumber(redrives), cost = cost,
  }
end

local function read_run(id)
  local text = redis.call('HGET', run, id)
  return text and parse_run(text)
end

local function new_run(header)
  return {
    tier = header.tier, tenant = header.tenant, token = '0', since = header.arrival,
    failures = 0, stalls = 0, redrives = 0, cost = header.cost,
  }
end

local function run_text(r)
  return string.format('%d %s %s %.0f %d %d %d %s', r.tier, r.tenant, r.token, r.since, r.failures, r.stalls, r.redrives, r.cost)
end

local function write_run(id, r)
  redis.call('HSET', run, id, run_text(r))
end
