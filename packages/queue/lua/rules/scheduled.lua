-- The schedules of a domain. A schedule sends an action in every slot: the times of its cron expression or interval. Its entry
-- in `slots` is due at its slot, and when it is handed out again. Slots are calendar times, by the clock of the server. These
-- keys belong to the domain as a whole, so that they survive a change of its partitions.
-- from clock: now, lead_ms
-- KEYS: slots schedules next_slot
local server_ms = now - lead_ms
local HEADER = '^(%d+) (%d+) (%d+) (%d+)\n(.*)$'

local function read_schedule(tenant, name) -- nil if there is none
  local slot, first, open, revision, rest = string.match(redis.call('HGET', schedules .. tenant, name) or '', HEADER)
  return slot and {slot = slot, first = first, open = open, revision = revision, rest = rest}
end

local function write_schedule(tenant, name, s) -- slot; when it was first handed out; when last, if what became of it is open
  redis.call('HSET', schedules .. tenant, name, string.format('%s %s %s %s\n%s', s.slot, s.first, s.open, s.revision, s.rest))
end

local function write_next_slot() -- workers read this key, so its change makes them look
  local first = redis.call('ZRANGE', slots, '0', '0', 'WITHSCORES')[2]
  if first then redis.call('SET', next_slot, first) else redis.call('UNLINK', next_slot) end
end

local function drop_schedule(tenant, name)
  redis.call('HDEL', schedules .. tenant, name)
  redis.call('ZREM', slots, tenant .. ' ' .. name)
  write_next_slot()
end
