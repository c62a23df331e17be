-- Minute limit: an exact sliding window in O(1) over a log of admission times, newest first. It keeps all times that a
-- window may still reach: at most as many as the limit, and future bookings, which may be removed. The bookings of this call
-- precede the stored ones until they are written.
-- from clock: now
-- KEYS: minute
local WINDOW_MS, booked, limits = 60001, {}, {}

local function log_at(tenant, index)
  local mine = booked[tenant] or {}
  if index < #mine then return mine[#mine - index] end
  return tonumber(redis.call('LINDEX', minute .. tenant, index - #mine) or '0')
end

local function first_slot(tenant, limit)
  return math.max(now, log_at(tenant, limit - 1) + WINDOW_MS, log_at(tenant, 0))
end

local function book(tenant, limit, slot)
  booked[tenant] = booked[tenant] or {}
  table.insert(booked[tenant], slot)
  limits[tenant] = limit
end

local function drop_passed(key, most) -- times that no future window reaches
  for _ = 1, most do
    if tonumber(redis.call('LINDEX', key, -1)) > now - WINDOW_MS then return end
    redis.call('RPOP', key)
  end
end

local function write_window()
  for tenant, slots in pairs(booked) do
    local key, newest = minute .. tenant, slots[#slots]
    redis.call('LPUSH', key, unpack(slots))
    if newest > now then drop_passed(key, 2 * #slots) else redis.call('LTRIM', key, 0, limits[tenant] - 1) end
    redis.call('PEXPIRE', key, math.max(newest - now, 0) + WINDOW_MS + 999)
  end
end
