-- Appends chunks to the streams of running actions, each fenced by its token. The id of an entry contains token and number, so
-- that the same chunks are stored once. The first chunks of an attempt replace those of an earlier one. Not while Redis is full.
-- from clock: now
-- from many: call_all
-- from run: parse_run, write_run
-- from flags: has_flag, set_flag, HAS_STREAM
-- from codes: HELD, NOT_HELD
-- KEYS: run stream followers
-- ARGV: maximum chunks and bytes of a stream, ms that it is kept without writes,
--       items × (id, token, number of the first and of the last chunk, chunks as a JSON list without brackets)
-- Output: per item: code of a renewal, inboxes that follow the action
-- Complexity: O(1) per item, and O(entries) that it drops
local MAX_CHUNKS, MAX_BYTES, KEPT_MS, FIRST_ITEM, ITEM_SIZE, MOST_FOLLOWERS = tonumber(ARGV[1]), tonumber(ARGV[2]), ARGV[3], 4, 5, 16
local ids, results, writes = {}, {}, {}

local function place_of(entry) -- token, number of its last chunk, bytes of chunks up to its end
  local token, last = string.match(entry[1], '^(%d+)-(%d+)$')
  local fields = entry[2]
  return token, tonumber(last), fields[7] == 'chunks' and tonumber(fields[6]) + #fields[8] or 0
end

local function followers_of(id)
  return redis.call('ZRANGE', followers .. id, string.format('%.0f', now), '+inf', 'BYSCORE', 'LIMIT', 0, MOST_FOLLOWERS)
end

local function look(id, r, at)
  local item = {id = id, run = r, first = tonumber(ARGV[at + 2]), last = tonumber(ARGV[at + 3]), chunks = ARGV[at + 4], before = 0}
  local newest = redis.call('XREVRANGE', stream .. id, '+', '-', 'COUNT', 1)[1]
  if newest then
    local token, last, bytes = place_of(newest)
    if token == r.token then
      if last >= item.last then return end
      item.before, item.continues = bytes, true
    elseif tonumber(token) > tonumber(r.token) then
      return
    end
  end
  writes[#writes + 1] = item
end

local function trim(item)
  local key, total = stream .. item.id, item.before + #item.chunks
  if item.last <= MAX_CHUNKS and total <= MAX_BYTES then return end
  while true do
    local oldest, second = unpack(redis.call('XRANGE', key, '-', '+', 'COUNT', 2))
    if not second then return end
    local fields = oldest[2]
    if item.last - tonumber(fields[4]) < MAX_CHUNKS and total - tonumber(fields[6]) <= MAX_BYTES then return end
    redis.call('XTRIM', key, 'MINID', second[1])
  end
end

local function append(item)
  local key, r = stream .. item.id, item.run
  redis.call('XADD', key, r.token .. '-' .. string.format('%d', item.last), 'tenant', r.tenant,
    'first', string.format('%d', item.first), 'before', string.format('%.0f', item.before), 'chunks', item.chunks)
  if item.continues then return trim(item) end
  redis.call('XTRIM', key, 'MINID', r.token .. '-0')
  redis.call('PEXPIRE', key, KEPT_MS)
  if not has_flag(r, HAS_STREAM) then
    set_flag(r, HAS_STREAM, true)
    write_run(item.id, r)
  end
end

for at = FIRST_ITEM, #ARGV, ITEM_SIZE do ids[#ids + 1] = ARGV[at] end
for index, text in ipairs(call_all('HMGET', run, ids)) do
  local at, id, r = FIRST_ITEM + (index - 1) * ITEM_SIZE, ids[index], parse_run(text)
  if r and r.token == ARGV[at + 1] then
    results[index] = {HELD, unpack(followers_of(id))}
    look(id, r, at)
  else
    results[index] = {NOT_HELD}
  end
end
for _, item in ipairs(writes) do append(item) end
return results
