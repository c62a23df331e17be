-- What time brings, at most 100 of each: acknowledged outbox entries leave, due actions and expired
-- leases go back to their queues, overdue outbox entries are handed out, old dead letters go.
-- include: clock memory ready delay header run lease ending
-- KEYS: revoked
-- ARGV: lease ms, max stalls, ms until an outbox entry is handed out again, max age of a dead letter ms, max dead letters, acknowledged callback ids
-- Output: per outbox entry handed out: callback id, message
-- Complexity: O(log actions) per action moved
local lease, max_stalls, delivery = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local max_age, max_dead, FIRST_ACK = tonumber(ARGV[4]), tonumber(ARGV[5]), 6
local BATCH, MAX_BYTES, REVOKED_MS = 100, 4194304, 3600000

local function due_in(key, before)
  return redis.call('ZRANGE', key, '-inf', before, 'BYSCORE', 'LIMIT', 0, BATCH)
end

local function runs_of(ids) -- and touches every list they may join
  local runs = {}
  for _, id in ipairs(ids) do
    runs[id] = read_run(id)
    if runs[id] then touch_lists(runs[id].tenant) end
  end
  return runs
end

local function may_reclaim() -- after an outage longer than a lease, living workers renew first
  local looked, grace = unpack(redis.call('HMGET', state, 'looked', 'grace'))
  local late = now - tonumber(looked or '0') > lease
  redis.call('HSET', state, 'looked', now)
  if late then redis.call('HSET', state, 'grace', now + math.floor(lease / 3)) end
  return not late and now >= tonumber(grace or '0')
end

local function promote(id, r)
  if not r then return redis.call('ZREM', delayed, id) end
  clock = clock + 1
  r.since = clock
  bump_waiting(r.tier, r.tenant, r.since, 1)
  push(r.tier, r.tenant, element_of(r.since, id))
  write_run(id, r)
  take_delayed(id, r.tier, r.tenant)
end

local function reclaim(id, r)
  if not r then return redis.call('ZREM', active, id) end
  redis.call('ZADD', revoked, now, id .. ':' .. r.token)
  r.stalls = r.stalls + 1
  if r.stalls > max_stalls then
    local stored = redis.call('HGET', actions, id)
    if parse_header(stored).notify then send(id, r, 'stalled ' .. r.stalls .. '\n' .. stored, now) end
    bury(id, r, 'stalled ' .. r.stalls)
  else
    back_to_head(id, r, r.stalls == max_stalls)
  end
  end_lease(id, r)
end

local function trim_dead(id)
  local r = read_run(id)
  bump(counts, 'x' .. r.tier, -1)
  bump(counts, 'trimmed', 1)
  redis.call('ZREM', dead, id)
  redis.call('HDEL', deaths, id)
  remove(id)
end

local function hand_out()
  local rows, bytes = {}, 0
  for _, id in ipairs(due_in(outbox, now)) do
    local message = redis.call('HGET', messages, id)
    if bytes > 0 and bytes + #message > MAX_BYTES then break end
    bytes = bytes + #message
    redis.call('ZADD', outbox, now + delivery, id)
    rows[#rows + 1] = id
    rows[#rows + 1] = message
  end
  return rows
end

local ripe, late = due_in(delayed, now), due_in(active, now)
local ripe_runs, late_runs = runs_of(ripe), runs_of(late)
begin_writing()
for at = FIRST_ACK, #ARGV do
  redis.call('ZREM', outbox, ARGV[at])
  redis.call('HDEL', messages, ARGV[at])
end
for _, id in ipairs(ripe) do promote(id, ripe_runs[id]) end
if may_reclaim() then
  for at = #late, 1, -1 do reclaim(late[at], late_runs[late[at]]) end
end
uncap_freed()
for _, id in ipairs(due_in(dead, now - max_age)) do trim_dead(id) end
local surplus = math.min(BATCH, redis.call('ZCARD', dead) - max_dead)
if surplus > 0 then
  for _, id in ipairs(redis.call('ZRANGE', dead, 0, surplus - 1)) do trim_dead(id) end
end
redis.call('ZREMRANGEBYSCORE', revoked, '-inf', now - REVOKED_MS)
clock_text = string.format('%.0f', clock)
write_clock()
local rows = hand_out()
write_counts()
write_wake()
return rows
