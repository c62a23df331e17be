-- Statistics of one tenant of a domain.
-- from clock: now
-- from state: paused
-- from share: share_of
-- KEYS: queue* depth blocked inflight awaiting letters profiles held minute day
-- ARGV: tenant
-- Output: depth, blocked actions, active actions, dead letters, profile, reasons why it is held, pause of the domain, length of its queue in tier 1 2 3 4,
--         admissions in the last minute, future bookings, admissions of the day, tier of its first queue ('' if it has none),
--         its weight, weight of the other ready tenants of that tier, their number
-- Complexity: O(log admissions of a minute), at most 100 tenants
local tenant = ARGV[1]
local WINDOW_MS, DAY_MS = 60001, 86400000

local function later_than(log, time) -- number of times in a log, newest first, that are later
  local low, high = 0, redis.call('LLEN', log)
  while low < high do
    local middle = math.floor((low + high) / 2)
    if tonumber(redis.call('LINDEX', log, middle)) > time then low = middle + 1 else high = middle end
  end
  return low
end

local active = (redis.call('HGET', inflight, tenant) or 0) + (redis.call('HGET', awaiting, tenant) or 0)
local log, first = minute .. tenant, nil
local rows = {
  redis.call('HGET', depth, tenant) or '0', redis.call('ZCARD', blocked .. tenant), string.format('%d', active), redis.call('HGET', letters, tenant) or '0',
  redis.call('HGET', profiles, tenant) or '', redis.call('HGET', held, tenant) or '', paused or '',
}
for tier = 1, 4 do
  local length = redis.call('LLEN', queue[tier] .. tenant)
  if length > 0 then first = first or tier end
  rows[#rows + 1] = length
end
local booked = later_than(log, now)
rows[#rows + 1], rows[#rows + 2] = later_than(log, now - WINDOW_MS) - booked, booked
rows[#rows + 1] = redis.call('HGET', day .. math.floor(now / DAY_MS), tenant) or '0'
rows[#rows + 1] = first or ''
if first then
  local weight, others_weight, others = share_of(first, tenant)
  rows[#rows + 1], rows[#rows + 2] = string.format('%.17g', weight), string.format('%.17g', others_weight)
  rows[#rows + 1] = others
end
return rows
