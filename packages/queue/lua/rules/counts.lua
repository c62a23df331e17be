-- Counters, collected while a script runs and written once; zeros are deleted.
-- from fields: write_fields
-- from many: call_all
-- KEYS: counts depth letters profiles inflight awaiting paces
local changes, arrived, BUCKET_DIGITS = {}, {}, 9 -- leading digits of a clock (µs) that count tens of seconds

local function bump(key, field, by)
  local fields = changes[key]
  if fields then
    fields[field] = (fields[field] or 0) + by
  else
    changes[key] = {[field] = by}
  end
end

local function bump_arrival(tier, since, by)
  local buckets, bucket = arrived[tier], string.sub(since, 1, BUCKET_DIGITS)
  if buckets then
    buckets[bucket] = (buckets[bucket] or 0) + by
  else
    arrived[tier] = {[bucket] = by}
  end
end

local function bump_waiting(tier, tenant, since, by)
  bump(counts, 'w' .. tier, by)
  bump(depth, tenant, by)
  bump_arrival(tier, since, by)
end

local function bump_dead(tier, tenant, by)
  bump(counts, 'x' .. tier, by)
  bump(letters, tenant, by)
end

local function forget_idle(tenants) -- a dead letter may be redriven, and its cap applies then as well
  if redis.call('EXISTS', profiles, paces) == 0 then return end
  local busy, idle = {}, {}
  for _, key in ipairs({depth, inflight, letters, awaiting}) do
    for at, count in ipairs(call_all('HMGET', key, tenants)) do busy[at] = busy[at] or count end
  end
  for at, tenant in ipairs(tenants) do
    if not busy[at] then idle[#idle + 1] = tenant end
  end
  call_all('HDEL', profiles, idle)
  call_all('HDEL', paces, idle)
end

local function write_counts()
  for tier, buckets in pairs(arrived) do
    for bucket, by in pairs(buckets) do bump(counts, 'b' .. tier .. bucket, by) end
  end
  for key, fields in pairs(changes) do changes[key] = write_fields(key, fields) end
  for key, emptied in pairs(changes) do
    if key ~= counts and #emptied > 0 then forget_idle(emptied) end
  end
end
