-- Side counters, collected while a script runs and written once; zeros are deleted.
-- include: many
-- KEYS: counts depth inflight letters profiles arrivals*
local changes, SINCE_TO_BUCKET = {}, -8 -- µs without their last seven digits: 10 s

local function bump(key, field, by)
  local fields = changes[key]
  if not fields then
    fields = {}
    changes[key] = fields
  end
  fields[field] = (fields[field] or 0) + by
end

local function bump_arrival(tier, since, by)
  bump(arrivals[tier], string.sub(since, 1, SINCE_TO_BUCKET), by)
end

local function bump_line(tier, tenant, by)
  bump(counts, 'w' .. tier, by)
  bump(depth, tenant, by)
end

local function bump_waiting(tier, tenant, since, by)
  bump_line(tier, tenant, by)
  bump_arrival(tier, since, by)
end

local function bump_dead(tier, tenant, by)
  bump(counts, 'x' .. tier, by)
  bump(letters, tenant, by)
end

local function write_fields(key, fields) -- answers those that fell to zero
  local names, kept, zeros = names_in(fields), {}, {}
  local stored = call_all('HMGET', key, names)
  for at, field in ipairs(names) do
    local value = (stored[at] or 0) + fields[field]
    if value > 0 then
      kept[#kept + 1] = field
      kept[#kept + 1] = string.format('%d', value)
    else
      zeros[#zeros + 1] = field
    end
  end
  call_all('HSET', key, kept)
  call_all('HDEL', key, zeros)
  return zeros
end

local function forget_idle(tenants) -- a dead letter may be redriven, and keeps to the cap then, too
  if #tenants == 0 or redis.call('EXISTS', profiles) == 0 then return end
  local busy, idle = {}, {}
  for _, key in ipairs({depth, inflight, letters}) do
    for at, count in ipairs(call_all('HMGET', key, tenants)) do busy[at] = busy[at] or count end
  end
  for at, tenant in ipairs(tenants) do
    if not busy[at] then idle[#idle + 1] = tenant end
  end
  call_all('HDEL', profiles, idle)
end

local function write_counts()
  local emptied = {}
  for key, fields in pairs(changes) do emptied[key] = write_fields(key, fields) end
  for _, key in ipairs({depth, inflight, letters}) do forget_idle(emptied[key] or NOTHING) end
end
