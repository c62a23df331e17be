-- The usual enqueue as straight code: new actions on default terms, due immediately, with nothing in their way. Same
-- result as for single items. Returns nothing if each has to be judged.
-- from state: paused, kept_until
-- from clock: now, clock, clock_words, advance_clock, write_clock
-- from calls: earlier_answer, remember
-- from fields: write_fields
-- from many: names_in
-- from tag: tag_words
-- from wake: want_wake, write_wake
-- KEYS: state actions depth held profiles queue* ready* parked* counts
local FIRST_TERMS, TERMS_SIZE, ITEM_SIZE, BUCKET_END, NO_LIMIT = 4, 9, 4, 9, '-1'
if paused or kept_until > now then return nil end

local first_item, terms = FIRST_TERMS + ARGV[3] * TERMS_SIZE, {}
for at = FIRST_TERMS, first_item - 1, TERMS_SIZE do
  if ARGV[at + 2] ~= '0' or ARGV[at + 3] ~= '-' or ARGV[at + 4] ~= '1 -1' then return nil end
  if ARGV[at + 5] ~= NO_LIMIT or ARGV[at + 6] ~= NO_LIMIT then return nil end
  local tier, most = ARGV[at + 1], ARGV[at + 7]
  terms[ARGV[at]] = {
    tier = tonumber(tier), most = most == NO_LIMIT and math.huge or tonumber(most),
    queues = queue[tonumber(tier)], waiting = 'w' .. tier, buckets = 'b' .. tier,
  }
end

local ids, cells, named, lines, arrived, changes, room = {}, {}, {}, {}, {}, {}, {}
for at = first_item, #ARGV, ITEM_SIZE do
  local id, tenant, its, count = ARGV[at], ARGV[at + 1], terms[ARGV[at + 2]], #ids
  if named[id] then return nil end
  local list, arrival = its.queues .. tenant, clock_words(clock + count)
  local line = lines[list]
  if not line then
    line = {tier = its.tier, tenant = tenant, elements = {}}
    lines[list] = line
  end
  line.elements[#line.elements + 1] = arrival .. '.' .. id
  ids[count + 1], named[id] = id, true
  cells[2 * count + 1], cells[2 * count + 2] = id, arrival .. ' ' .. ARGV[at + 3]
  arrived[tenant], room[tenant] = (arrived[tenant] or 0) + 1, math.min(room[tenant] or math.huge, its.most)
  local waiting, bucket = its.waiting, its.buckets .. string.sub(arrival, 1, BUCKET_END)
  changes[waiting], changes[bucket] = (changes[waiting] or 0) + 1, (changes[bucket] or 0) + 1
end

local function has_any(key, names)
  for _, value in ipairs(redis.call('HMGET', key, unpack(names))) do
    if value then return true end
  end
end

local tenants = names_in(arrived)
for at, waiting in ipairs(redis.call('HMGET', depth, unpack(tenants))) do
  if (waiting or 0) + arrived[tenants[at]] > room[tenants[at]] then return nil end
end
if has_any(actions, ids) then return nil end
if redis.call('EXISTS', held, profiles) > 0 and (has_any(held, tenants) or has_any(profiles, tenants)) then return nil end
redis.call('EXISTS', unpack(names_in(lines))) -- before the first write: an absent key of a migrating slot raises now
if earlier_answer(ARGV[1], ARGV[2]) then return nil end

redis.call('HSET', actions, unpack(cells)) -- the first write is one that Redis refuses at maxmemory
advance_clock(#ids)
write_clock()
local entering = {}
for list, line in pairs(lines) do
  if redis.call('RPUSH', list, unpack(line.elements)) == #line.elements then
    local its = entering[line.tier] or {}
    entering[line.tier], its[#its + 1] = its, line.tenant
  end
end
for tier, names in pairs(entering) do
  local virtual, tags, was_parked = tonumber(redis.call('HGET', state, 'v' .. tier) or '0'), {}, false
  for at, tag in ipairs(redis.call('ZMSCORE', parked[tier], unpack(names))) do
    tags[2 * at - 1], tags[2 * at] = tag_words(math.max(virtual, tonumber(tag or '0'))), names[at]
    was_parked = was_parked or tag
  end
  redis.call('ZADD', ready[tier], unpack(tags))
  if was_parked then redis.call('ZREM', parked[tier], unpack(names)) end
  changes['t' .. tier] = #names
  want_wake()
end
write_wake()
write_fields(depth, arrived)
write_fields(counts, changes)
remember(ARGV[1], ARGV[2], {})
return {}
