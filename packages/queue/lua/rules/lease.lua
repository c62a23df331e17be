-- Ends leases and returns actions to queues. `inflight` and `awaiting` change only for actions found in `active`.
-- from many: call_all, names_in
-- from counts: bump, bump_waiting
-- from ready: hold, push
-- from wake: want_wake
-- from header: element_of
-- from flags: set_flag, PARKED
-- from run: write_run
-- KEYS: active inflight awaiting counts held suspects
local ending_ids, ending_tiers, ending_tenants, ending_waits, freed = {}, {}, {}, {}, {}

local function end_lease(id, tier, tenant, waits) -- `waits`: true if it has given up its slot before
  local at = #ending_ids + 1
  ending_ids[at], ending_tiers[at], ending_tenants[at], ending_waits[at] = id, tier, tenant, waits or false
end

local function free_slot(tenant)
  bump(inflight, tenant, -1)
  freed[tenant] = true
end

local function write_leases()
  for at, deadline in ipairs(call_all('ZMSCORE', active, ending_ids)) do
    if deadline then
      local tenant = ending_tenants[at]
      if ending_waits[at] then bump(awaiting, tenant, -1) else free_slot(tenant) end
      bump(counts, 'a' .. ending_tiers[at], -1)
    end
  end
  call_all('ZREM', active, ending_ids)
end

local function held_among(tenants) -- returns the held tenants of a set, as a set; their lists may change when a lease ends
  local names, found = names_in(tenants), {}
  for at, reasons in ipairs(call_all('HMGET', held, names)) do
    if reasons then found[names[at]] = true end
  end
  return found
end

local function uncap_freed(those_held) -- a tenant whose lease ended may be below its cap again, and its suspects may run
  for tenant in pairs(those_held) do
    if freed[tenant] then hold(tenant, 'c', false) end
  end
  if next(freed) and redis.call('EXISTS', suspects) == 1 then want_wake() end
end

local function line_up(id, r, place) -- adds it at the 'head' or 'tail' of its queue, or to the 'suspects'
  local element = element_of(r.since, id, true)
  r.token = '0'
  set_flag(r, PARKED, false)
  write_run(id, r)
  bump_waiting(r.tier, r.tenant, r.since, 1)
  if place ~= 'suspects' then return push(r.tier, r.tenant, {element}, place == 'head') end
  redis.call('RPUSH', suspects, element)
  want_wake()
end
