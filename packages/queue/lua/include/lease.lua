-- Ending a lease, and the way back to a queue. `inflight` moves only where ZREM answered 1.
-- include: ready run
-- KEYS: active suspects
local freed = {}

local function end_lease(id, r)
  if redis.call('ZREM', active, id) == 0 then return end
  bump(inflight, r.tenant, -1)
  bump(counts, 'a' .. r.tier, -1)
  freed[r.tenant] = true
end

local function uncap_freed() -- whoever had a lease end may be below its cap again
  for tenant in pairs(freed) do hold(tenant, 'c', false) end
end

local function back_to_head(id, r, suspect)
  local element = element_of(r.since, id)
  r.token = '0'
  write_run(id, r)
  bump_waiting(r.tier, r.tenant, r.since, 1)
  if suspect then
    redis.call('RPUSH', suspects, element)
    wake_wanted = true
  else
    push(r.tier, r.tenant, element, true)
  end
end
