-- The usual claim, written straight: one tenant alone is ready, on default terms, and its actions are new. It gets all
-- slots, with the outcome that a plan would have. Returns nothing where a plan has to decide.
-- from state: paused, turns
-- from clock: now, clock_text, lead_ms, write_state
-- from calls: earlier_answer, remember
-- from due: due_in_ms
-- from memory: begin_writing
-- from tag: tag_words
-- KEYS: ready* parked* queue* suspects profiles actions active run depth inflight counts wake
local NEW, NO_TURNS, SINCE_END, BUCKET_END, MOST_BYTES = string.byte('.'), '0 0 0 0 0 0 0 0 0 0', 16, 9, 4194304
local slots, lease = tonumber(ARGV[3]), tonumber(ARGV[4])
if slots == 0 or paused or ARGV[12] ~= 'turns' then return nil end

local tier, front = 0, {}
while not front[1] do
  tier = tier + 1
  if tier > 4 then return nil end
  front = redis.call('ZRANGE', ready[tier], 0, 1, 'WITHSCORES')
end
local tenant, tag = front[1], tonumber(front[2])
if front[3] or redis.call('EXISTS', suspects, unpack(ready, tier + 1)) > 0 then return nil end
if redis.call('HEXISTS', profiles, tenant) == 1 then return nil end

local list = queue[tier] .. tenant
local elements = redis.call('LRANGE', list, 0, slots)
local emptied, count, ids = #elements <= slots, math.min(#elements, slots), {}
for at = 1, count do
  if string.byte(elements[at], SINCE_END + 1) ~= NEW then return nil end
  ids[at] = string.sub(elements[at], SINCE_END + 2)
end
local stored = redis.call('HMGET', actions, unpack(ids))
for _, deadline in ipairs(redis.call('ZMSCORE', active, unpack(ids))) do
  if deadline then return nil end
end

local deadline, whose = string.format('%.0f', now + lease), ' ' .. tier .. ' ' .. tenant .. ' '
local leases, runs, rows, buckets, bytes = {}, {}, {clock_text, '', '0', lead_ms}, {}, 0
for at = 1, count do
  local since, id, text = string.sub(elements[at], 1, SINCE_END), ids[at], stored[at]
  local usual = since .. ' 1 0' .. whose -- costs 1, never expires
  if not text or string.sub(text, 1, #usual) ~= usual then return nil end
  bytes = bytes + #text
  leases[2 * at - 1], leases[2 * at] = deadline, id
  runs[2 * at - 1], runs[2 * at] = id, clock_text .. whose .. since .. ' 0 0 0 1'
  rows[2 * at + 3], rows[2 * at + 4] = id, text
  local bucket = string.sub(since, 1, BUCKET_END)
  buckets[bucket] = (buckets[bucket] or 0) + 1
end
if bytes > MOST_BYTES or earlier_answer(ARGV[1], ARGV[2]) then return nil end

local words, weight = {}, ARGV[6 + tier]
for word in string.gmatch(turns or NO_TURNS, '%S+') do words[#words + 1] = word end
local last, start, finish = tag, nil, math.max(words[2 * tier + 2], words[2])
for _ = 1, count do last, tag, start, finish = tag, tag + 1, finish, finish + 1 / weight end -- rounded as one by one
words[1] = tag_words(words[1] + count)
words[2], words[2 * tier + 1], words[2 * tier + 2] = tag_words(start), words[1], tag_words(finish)

local function count_down(key, field, by)
  if redis.call('HINCRBY', key, field, -by) <= 0 then redis.call('HDEL', key, field) end
end

begin_writing()
redis.call('ZADD', active, unpack(leases))
redis.call('HSET', run, unpack(runs))
remember(ARGV[1], ARGV[2], {clock_text, '-', unpack(ids)})
if emptied then -- V passes every tag, so none need be remembered
  local top = redis.call('ZREVRANGE', parked[tier], 0, 0, 'WITHSCORES')
  last = math.max(tag, tonumber(top[2] or '0'))
  redis.call('UNLINK', parked[tier], list, ready[tier])
  count_down(counts, 't' .. tier, 1)
else
  redis.call('LTRIM', list, count, -1)
  redis.call('ZADD', ready[tier], 'XX', tag_words(tag), tenant)
  local passed = redis.call('ZRANGE', parked[tier], '-inf', tag_words(last), 'BYSCORE', 'LIMIT', 0, 2)
  if passed[1] then redis.call('ZREM', parked[tier], unpack(passed)) end
  if redis.call('EXISTS', wake) == 0 then redis.call('LPUSH', wake, '1') end
end
write_state({'turns', table.concat(words, ' '), 'v' .. tier, tag_words(last)})
count_down(depth, tenant, count)
redis.call('HINCRBY', inflight, tenant, count)
count_down(counts, 'w' .. tier, count)
redis.call('HINCRBY', counts, 'a' .. tier, count)
for bucket, of_bucket in pairs(buckets) do count_down(counts, 'b' .. tier .. bucket, of_bucket) end
rows[2] = due_in_ms()
return rows
