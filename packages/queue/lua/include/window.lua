-- Minute limit: an exact sliding window in O(1) over a capped log of admission times, newest first.
-- The bookings of this call stand before the stored ones until they are written.
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

local function write_window()
  for tenant, slots in pairs(booked) do
    local key = minute .. tenant
    redis.call('LPUSH', key, unpack(slots))
    redis.call('LTRIM', key, 0, limits[tenant] - 1)
    redis.call('PEXPIRE', key, math.max(slots[#slots] - now, 0) + WINDOW_MS + 999)
  end
end
