-- Waiting for a time instead of a turn; counted in the tenant's depth.
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

local function due_or_expiry(id, due) -- one that expires before it is due ends then, and its caller is told then
  return math.min(due, expiry_in(redis.call('HGET', actions, id) or ''))
end
