-- Waiting for a time instead of a turn; counted in the tenant's depth.
-- include: ready
-- KEYS: delayed
local function add_delayed(id, tier, tenant, due)
  redis.call('ZADD', delayed, due, id)
  bump(counts, 'd' .. tier, 1)
  bump(depth, tenant, 1)
  if redis.call('ZRANGE', delayed, 0, 0)[1] == id then wake_wanted = true end
end

local function take_delayed(id, tier, tenant)
  if redis.call('ZREM', delayed, id) == 0 then return false end
  bump(counts, 'd' .. tier, -1)
  bump(depth, tenant, -1)
  return true
end
