-- The usual settle, written straight: all are done, leave nothing behind, and belong to one tenant on default terms.
-- The same outcome as one by one. Returns nothing where something has to be decided.
-- from count: count_down
-- from memory: begin_writing
-- KEYS: run active actions held suspects profiles paces inflight counts
local FIRST, SIZE = 12, 3
if ARGV[4] ~= 'turns' or ARGV[5] ~= '1' or ARGV[7] ~= 'done' or ARGV[10] ~= '0' or ARGV[11] ~= '' then return nil end

local ids, named, count = {}, {}, 0
for at = FIRST, #ARGV, SIZE do
  if named[ARGV[at]] then return nil end
  count = count + 1
  ids[count], named[ARGV[at]] = ARGV[at], true
end

local tier, tenant
for at, text in ipairs(redis.call('HMGET', run, unpack(ids))) do
  local token, its_tier, its_tenant = string.match(text or '', '^(%d+) (%d) (%S+)')
  if token ~= ARGV[FIRST + 1 + (at - 1) * SIZE] or tenant and (its_tenant ~= tenant or its_tier ~= tier) then return nil end
  tier, tenant = its_tier, its_tenant
end
for _, deadline in ipairs(redis.call('ZMSCORE', active, unpack(ids))) do
  if not deadline then return nil end
end
if redis.call('EXISTS', suspects, paces) > 0 then return nil end
if redis.call('HEXISTS', held, tenant) == 1 or redis.call('HEXISTS', profiles, tenant) == 1 then return nil end

begin_writing()
redis.call('HDEL', actions, unpack(ids))
redis.call('HDEL', run, unpack(ids))
redis.call('ZREM', active, unpack(ids))
count_down(inflight, tenant, count)
count_down(counts, 'a' .. tier, count)
return {}
