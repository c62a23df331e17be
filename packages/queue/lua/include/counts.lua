-- Side counters, collected while a script runs and written once; zeros are deleted.
-- KEYS: counts depth inflight profiles arrivals*
local changes, BUCKET_US = {}, 10000000

local function bump(key, field, by)
  local fields = changes[key] or {}
  fields[field] = (fields[field] or 0) + by
  changes[key] = fields
end

local function bump_waiting(tier, tenant, arrival, by)
  bump(counts, 'w' .. tier, by)
  bump(depth, tenant, by)
  bump(arrivals[tier], string.format('%.0f', math.floor(arrival / BUCKET_US)), by)
end

local function forget_idle(tenant)
  if redis.call('HEXISTS', depth, tenant) + redis.call('HEXISTS', inflight, tenant) == 0 then
    redis.call('HDEL', profiles, tenant)
  end
end

local function write_counts()
  for key, fields in pairs(changes) do
    for field, by in pairs(fields) do
      if by ~= 0 and redis.call('HINCRBY', key, field, by) <= 0 then
        redis.call('HDEL', key, field)
      end
    end
  end
  for _, key in ipairs({depth, inflight}) do
    for tenant, by in pairs(changes[key] or {}) do
      if by < 0 then forget_idle(tenant) end
    end
  end
end
