-- The usual enqueue as straight code: new actions on default terms, due immediately, with nothing in their way. Same
-- result as for single items. Returns nothing if each has to be judged.
-- from state: paused, kept_until
-- from behind: is_behind
-- from clock: now, clock, clock_words, advance_clock, write_clock
-- from calls: earlier_answer, remember
-- from fields: write_fields
-- from many: names_in, has_any
-- from tag: tag_words
-- from wake: want_wake, write_wake
-- KEYS: state actions depth held profiles queue* ready* parked* counts
local FIRST_TERMS, TERMS_SIZE, ITEM_SIZE, BUCKET_END, BUCKET_US, NO_LIMIT = 4, 10, 4, 9, 10000000, '-1'
if paused or kept_until > now or is_behind() then return nil end

local first_item, terms = FIRST_TERMS + ARGV[3] * TERMS_SIZE, {}
local most_items = (#ARGV + 1 - first_item) / ITEM_SIZE
local bucket, micros = string.sub(clock_words(clock), 1, BUCKET_END), clock % BUCKET_US
if micros + most_items >= BUCKET_US then return nil end -- all arrivals share the first digits, but for one call in thousands
for at = FIRST_TERMS, first_item - 1, TERMS_SIZE do
  if ARGV[at + 2] ~= '0' or ARGV[at + 3] ~= '-' or ARGV[at + 4] ~= '-' or ARGV[at + 5] ~= '1 -1' then return nil end
  if ARGV[at + 6] ~= NO_LIMIT or ARGV[at + 7] ~= NO_LIMIT then return nil end
  local most = ARGV[at + 8]
  terms[ARGV[at]] = {tier = ARGV[at + 1], most = most == NO_LIMIT and math.huge or tonumber(most), lines = {}}
end

local ids, cells, named, lines, count = {}, {}, {}, {}, 0
for at = first_item, #ARGV, ITEM_SIZE do
  local id, tenant, its = ARGV[at], ARGV[at + 1], terms[ARGV[at + 2]]
  if named[id] then return nil end
  local line = its.lines[tenant]
  if not line then
    line = {tier = its.tier, tenant = tenant, most = its.most, elements = {}, count = 0}
    its.lines[tenant], lines[#lines + 1] = line, line
  end
  local arrival = bucket .. string.format('%07d', micros + count)
  line.count, count = line.count + 1, count + 1
  line.elements[line.count] = arrival .. '.' .. id
  ids[count], named[id] = id, true
  cells[2 * count - 1], cells[2 * count] = id, arrival .. ' ' .. ARGV[at + 3]
end

local arrived, room, changes, lists = {}, {}, {}, {}
for at, line in ipairs(lines) do
  local tenant, waiting, of_bucket = line.tenant, 'w' .. line.tier, 'b' .. line.tier .. bucket
  arrived[tenant], room[tenant] = (arrived[tenant] or 0) + line.count, math.min(room[tenant] or math.huge, line.most)
  changes[waiting], changes[of_bucket] = (changes[waiting] or 0) + line.count, (changes[of_bucket] or 0) + line.count
  lists[at] = queue[tonumber(line.tier)] .. tenant
end

local tenants = names_in(arrived)
for at, waiting in ipairs(redis.call('HMGET', depth, unpack(tenants))) do
  if (waiting or 0) + arrived[tenants[at]] > room[tenants[at]] then return nil end
end
if has_any(actions, ids) then return nil end
if redis.call('EXISTS', held, profiles) > 0 and (has_any(held, tenants) or has_any(profiles, tenants)) then return nil end
redis.call('EXISTS', unpack(lists)) -- before the first write: an absent key of a migrating slot raises now
if earlier_answer(ARGV[1], ARGV[2]) then return nil end

redis.call('HSET', actions, unpack(cells)) -- the first write is one that Redis refuses at maxmemory
advance_clock(count)
write_clock()
local entering = {}
for at, line in ipairs(lines) do
  if redis.call('RPUSH', lists[at], unpack(line.elements)) == line.count then
    local its = entering[line.tier] or {}
    entering[line.tier], its[#its + 1] = its, line.tenant
  end
end
for word, names in pairs(entering) do
  local tier = tonumber(word)
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
