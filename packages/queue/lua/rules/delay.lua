-- Delayed actions, which wait for a time instead of a turn. They count in the depth of their tenant.
-- from counts: bump
-- from wake: want_wake
-- from header: expiry_in
-- KEYS: delayed counts depth actions
local function add_delayed(id, tier, tenant, due)
  redis.call('ZADD', delayed, due, id)
  bump(counts, 'd' .. tier, 1)
  bump(depth, tenant, 1)
  if redis.call('ZRANGE', delayed, '0', '0')[1] == id then want_wake() end
end

local function take_delayed(id, tier, tenant)
  if redis.call('ZREM', delayed, id) == 0 then return false end
  bump(counts, 'd' .. tier, -1)
  bump(depth, tenant, -1)
  return true
end

local function due_or_expiry(id, due) -- an action that expires before it is due ends, and its caller is notified, at its expiry
  return math.min(due, expiry_in(redis.call('HGET', actions, id) or ''))
end
