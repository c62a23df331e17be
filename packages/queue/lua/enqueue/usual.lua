-- The usual enqueue, written straight: new actions of one tenant on the same default terms, due at once, with nothing in
-- their way. The same outcome as one by one. Returns nothing where each has to be judged.
-- from state: paused, kept_until
-- from clock: now, clock, clock_words, advance_clock, write_clock
-- from calls: earlier_answer, remember
-- from tag: tag_words
-- KEYS: state actions depth held profiles queue* ready* parked* counts wake
local FIRST, SIZE, BUCKET_END, NO_LIMIT = 13, 4, 9, '-1'
if ARGV[3] ~= '1' or ARGV[6] ~= '0' or ARGV[7] ~= '-' or ARGV[8] ~= '1 -1' or ARGV[9] ~= NO_LIMIT or ARGV[10] ~= NO_LIMIT then
  return nil
end
if paused or kept_until > now then return nil end

local tier, tenant, most, ids, named, count = tonumber(ARGV[5]), ARGV[FIRST + 1], tonumber(ARGV[11]), {}, {}, 0
for at = FIRST, #ARGV, SIZE do
  local id = ARGV[at]
  if ARGV[at + 1] ~= tenant or named[id] then return nil end
  count = count + 1
  ids[count], named[id] = id, true
end
if most >= 0 and (redis.call('HGET', depth, tenant) or 0) + count > most then return nil end
if redis.call('HEXISTS', held, tenant) == 1 or redis.call('HEXISTS', profiles, tenant) == 1 then return nil end
for _, stored in ipairs(redis.call('HMGET', actions, unpack(ids))) do
  if stored then return nil end
end
local list = queue[tier] .. tenant
redis.call('EXISTS', list) -- before the first write: an absent key of a migrating slot raises now
if earlier_answer(ARGV[1], ARGV[2]) then return nil end

local cells, elements, buckets = {}, {}, {}
for at = 1, count do
  local arrival = clock_words(clock + at - 1)
  cells[2 * at - 1], cells[2 * at] = ids[at], arrival .. ' ' .. ARGV[FIRST + at * SIZE - 1]
  elements[at] = arrival .. '.' .. ids[at]
  local bucket = string.sub(arrival, 1, BUCKET_END)
  buckets[bucket] = (buckets[bucket] or 0) + 1
end

redis.call('HSET', actions, unpack(cells)) -- the first write, and one that Redis refuses at maxmemory
advance_clock(count)
write_clock()
if redis.call('RPUSH', list, unpack(elements)) == count then
  local virtual = tonumber(redis.call('HGET', state, 'v' .. tier) or '0')
  local tag = tonumber(redis.call('ZSCORE', parked[tier], tenant) or '0')
  redis.call('ZADD', ready[tier], tag_words(math.max(virtual, tag)), tenant)
  redis.call('ZREM', parked[tier], tenant)
  redis.call('HINCRBY', counts, 't' .. tier, 1)
  if redis.call('EXISTS', wake) == 0 then redis.call('LPUSH', wake, '1') end
end
redis.call('HINCRBY', depth, tenant, count)
redis.call('HINCRBY', counts, 'w' .. tier, count)
for bucket, of_bucket in pairs(buckets) do redis.call('HINCRBY', counts, 'b' .. tier .. bucket, of_bucket) end
remember(ARGV[1], ARGV[2], {})
return {}
