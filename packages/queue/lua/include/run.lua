-- What is known of an action's attempts, beside its immutable envelope. Token 0: not being run.
-- KEYS: run
local function read_run(id)
  local text = redis.call('HGET', run, id)
  if not text then return nil end
  local tier, tenant, token, failures, stalls, redrives, cost =
    string.match(text, '^(%d) (%S+) (%d+) (%d+) (%d+) (%d+) (%S+)$')
  return {
    tier = tonumber(tier), tenant = tenant, token = token, failures = tonumber(failures),
    stalls = tonumber(stalls), redrives = tonumber(redrives), cost = cost,
  }
end

local function new_run(header)
  return {tier = header.tier, tenant = header.tenant, token = '0', failures = 0, stalls = 0, redrives = 0, cost = header.cost}
end

local function run_text(r)
  return string.format('%d %s %s %d %d %d %s', r.tier, r.tenant, r.token, r.failures, r.stalls, r.redrives, r.cost)
end

local function write_run(id, r)
  redis.call('HSET', run, id, run_text(r))
end
