-- What stands in a queue, met from its head by this claim: elements whose action was cancelled are
-- passed over, those past their deadline are set aside to be ended. Reads only.
-- include: clock header run
-- KEYS: actions active queue*
local heads, expired, passed = {}, {}, 0

local function live(element) -- the action behind a queue element; nil where it was cancelled, runs, or has expired
  local since, id = parse_element(element)
  local stored = redis.call('HGET', actions, id)
  if not stored or redis.call('ZSCORE', active, id) then return nil end
  local header = parse_header(stored)
  local item = {id = id, stored = stored, run = read_run(id) or new_run(header)}
  if item.run.since ~= since then return nil end
  if header.expires > 0 and header.expires <= now then
    expired[#expired + 1] = item
    return nil
  end
  return item
end

local function head_of(tier, tenant)
  local name = queue[tier] .. tenant
  heads[name] = heads[name] or {tier = tier, tenant = tenant, met = 0}
  return name, heads[name]
end

local function next_live(tier, tenant, limit) -- the next action to run; met elements leave with the claim
  local name, head = head_of(tier, tenant)
  while passed < limit do
    local element = redis.call('LINDEX', name, head.met)
    if not element then return nil end
    head.met = head.met + 1
    local item = live(element)
    if item then return item end
    passed = passed + 1
  end
end
