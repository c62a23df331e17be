-- One rule: a tenant is in the index of a tier if and only if its list there is non-empty and nothing holds it. A script
-- that changes either calls `place`, and `write_ready` applies the rule once for all. A tenant that enters gets max(V, its
-- parked tag); a tenant that leaves parks its tag.
-- from tag: tag_words
-- from wake: want_wake
-- from many: call_all, names_in
-- from counts: bump
-- KEYS: state parked* ready* held counts queue*
local unplaced, queues_made, last_tags = {}, {}, {{}, {}, {}, {}}

local function virtual_time(tier)
  return tonumber(redis.call('HGET', state, 'v' .. tier) or '0')
end

local function rest(tier) -- the index is empty: V passes every tag, so no tag has to be kept
  local top = redis.call('ZREVRANGE', parked[tier], '0', '0', 'WITHSCORES')
  if top[2] and tonumber(top[2]) > virtual_time(tier) then
    redis.call('HSET', state, 'v' .. tier, top[2])
  end
  redis.call('UNLINK', parked[tier])
end

local function enter(tier, tenants)
  if #tenants == 0 then return end
  local cells, virtual = {}, virtual_time(tier)
  for at, tag in ipairs(redis.call('ZMSCORE', parked[tier], unpack(tenants))) do
    cells[2 * at - 1] = tag_words(math.max(virtual, tonumber(tag or '0')))
    cells[2 * at] = tenants[at]
  end
  redis.call('ZADD', ready[tier], unpack(cells))
  redis.call('ZREM', parked[tier], unpack(tenants))
  want_wake()
end

local function leave(tier, tenants, tags)
  if #tenants == 0 then return end
  local cells = {}
  for at, tenant in ipairs(tenants) do
    cells[2 * at - 1], cells[2 * at] = tags[tenant], tenant
  end
  redis.call('ZADD', parked[tier], unpack(cells))
  redis.call('ZREM', ready[tier], unpack(tenants))
  if redis.call('EXISTS', ready[tier]) == 0 then rest(tier) end
end

local function place(tier, tenant, waits) -- `waits`: true if its list is now non-empty
  if not unplaced[tier] then unplaced[tier] = {} end
  unplaced[tier][tenant] = waits
end

local function held_of(tenants, waiting) -- of waiting tenants; the others are not needed
  local names, found = {}, {}
  for _, tenant in ipairs(tenants) do
    if waiting[tenant] then names[#names + 1] = tenant end
  end
  for at, reasons in ipairs(call_all('HMGET', held, names)) do found[names[at]] = reasons end
  return found
end

local function write_tier(tier, waiting)
  local tenants, entering, staying, leaving, tags = names_in(waiting), {}, {}, {}, {}
  local scores, holds = call_all('ZMSCORE', ready[tier], tenants), held_of(tenants, waiting)
  for at, tenant in ipairs(tenants) do
    local serve = waiting[tenant] and not holds[tenant]
    if serve and not scores[at] then entering[#entering + 1] = tenant end
    local tag = serve and scores[at] and last_tags[tier][tenant] -- its queue was emptied, and has an action again
    if tag then staying[#staying + 1], staying[#staying + 2] = tag, tenant end
    if scores[at] and not serve then
      leaving[#leaving + 1], tags[tenant] = tenant, last_tags[tier][tenant] or scores[at]
    end
  end
  enter(tier, entering)
  call_all('ZADD', ready[tier], staying)
  leave(tier, leaving, tags)
end

local function write_ready()
  for tier, waiting in pairs(unplaced) do write_tier(tier, waiting) end
  for tier, made in pairs(queues_made) do bump(counts, 't' .. tier, made) end
end

local function note_queue(tier, tenant, exists) -- the queue was created or deleted
  queues_made[tier] = (queues_made[tier] or 0) + (exists and 1 or -1)
  place(tier, tenant, exists)
end

local function push(tier, tenant, elements, head)
  if redis.call(head and 'LPUSH' or 'RPUSH', queue[tier] .. tenant, unpack(elements)) == #elements then
    note_queue(tier, tenant, true)
  end
end

local function hold(tenant, reason, on)
  local before = redis.call('HGET', held, tenant) or ''
  local after = string.gsub(before, reason, '') .. (on and reason or '')
  if after == before then return end
  if after == '' then redis.call('HDEL', held, tenant) else redis.call('HSET', held, tenant, after) end
  for tier = 1, 4 do place(tier, tenant, redis.call('EXISTS', queue[tier] .. tenant) == 1) end
end
