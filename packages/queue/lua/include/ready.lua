-- One rule: a tenant is in a tier's index iff its list there is non-empty and nothing holds it.
-- A tenant entering gets max(V, its parked tag); one leaving parks its tag.
-- include: counts
-- KEYS: state ready* parked* queue* held wake
local wake_wanted, known_lists = false, {}

local function touch_lists(tenant) -- before the first write: an absent key of a migrating slot raises now, not midway
  if known_lists[tenant] then return end
  known_lists[tenant] = true
  redis.call('EXISTS', queue[1] .. tenant, queue[2] .. tenant, queue[3] .. tenant, queue[4] .. tenant)
end

local function virtual_time(tier)
  return tonumber(redis.call('HGET', state, 'v' .. tier) or '0')
end

local function rest(tier) -- the index fell empty: V passes every tag, so none need be remembered
  local top = redis.call('ZREVRANGE', parked[tier], 0, 0, 'WITHSCORES')
  if top[2] and tonumber(top[2]) > virtual_time(tier) then
    redis.call('HSET', state, 'v' .. tier, top[2])
  end
  redis.call('UNLINK', parked[tier])
end

local function enter(tier, tenant)
  local tag = tonumber(redis.call('ZSCORE', parked[tier], tenant) or '0')
  redis.call('ZADD', ready[tier], string.format('%.17g', math.max(virtual_time(tier), tag)), tenant)
  redis.call('ZREM', parked[tier], tenant)
  wake_wanted = true
end

local function leave(tier, tenant, tag)
  redis.call('ZADD', parked[tier], tag, tenant)
  redis.call('ZREM', ready[tier], tenant)
  if redis.call('EXISTS', ready[tier]) == 0 then rest(tier) end
end

local function place(tier, tenant)
  local tag = redis.call('ZSCORE', ready[tier], tenant)
  local serve = redis.call('EXISTS', queue[tier] .. tenant) == 1 and redis.call('HEXISTS', held, tenant) == 0
  if serve and not tag then enter(tier, tenant) end
  if tag and not serve then leave(tier, tenant, tag) end
end

local function push(tier, tenant, element, head)
  if redis.call(head and 'LPUSH' or 'RPUSH', queue[tier] .. tenant, element) == 1 then
    bump(counts, 't' .. tier, 1)
    place(tier, tenant)
  end
end

local function hold(tenant, reason, on)
  local before = redis.call('HGET', held, tenant) or ''
  local after = string.gsub(before, reason, '') .. (on and reason or '')
  if after == before then return end
  if after == '' then redis.call('HDEL', held, tenant) else redis.call('HSET', held, tenant, after) end
  for tier = 1, 4 do place(tier, tenant) end
end

local function write_wake() -- one token for idle workers; the chain goes on from whoever takes it
  if wake_wanted and redis.call('HEXISTS', state, 'paused') == 0 and redis.call('EXISTS', wake) == 0 then
    redis.call('LPUSH', wake, '1')
  end
end
