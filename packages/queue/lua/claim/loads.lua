-- Load of the tenants that a claim meets: their running actions, weights and caps.
-- from profile: parse_profile
-- from many: call_all
-- from slot_time: read_domain_pace
-- KEYS: profiles inflight paces
local UNLIMITED = {running = 0, weight = 1, cap = math.huge} -- tenants without a profile
local picked, bytes, loads, by_time = {}, 0, {}, false

local function share_time()
  by_time = true
end

local function read_paces(candidates, tenants) -- expected duration of an attempt of each
  for at, pace in ipairs(redis.call('HMGET', paces, unpack(tenants))) do
    candidates[at].pace = tonumber(pace or '') and pace or read_domain_pace()
  end
end

local function read_loads(candidates) -- of tenants with a profile; others have the default weight and no cap
  local tenants, limited = {}, {}
  for at, candidate in ipairs(candidates) do tenants[at] = candidate.tenant end
  for at, kept in ipairs(redis.call('HMGET', profiles, unpack(tenants))) do
    local tenant = tenants[at]
    if kept and not loads[tenant] then
      local weight, cap = parse_profile(kept)
      limited[#limited + 1], loads[tenant] = tenant, {running = nil, weight = weight, cap = cap}
    end
  end
  for at, running in ipairs(call_all('HMGET', inflight, limited)) do loads[limited[at]].running = tonumber(running or '0') end
  if by_time then read_paces(candidates, tenants) end
end

local function pick(item, load)
  load.running, bytes = load.running + 1, bytes + #item.stored
  picked[#picked + 1] = item
end
