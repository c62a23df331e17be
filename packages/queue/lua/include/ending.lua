-- Ends of an action. One made by a script tells the caller as a worker's does: through the outbox.
-- include: clock ready header run
-- KEYS: actions messages outbox idempotency kept dead deaths
local function send(id, r, message, due)
  local callback = id .. '.cb' .. r.redrives
  redis.call('HSET', messages, callback, message)
  redis.call('ZADD', outbox, due, callback)
  wake_wanted = true
end

local function remove(id)
  redis.call('HDEL', actions, id)
  redis.call('HDEL', run, id)
end

local function finish(id, r, reason, stored) -- expired or cancelled before it started
  local header = parse_header(stored)
  if header.notify then send(id, r, reason .. '\n' .. stored, now) end
  if header.retain > 0 then redis.call('SET', kept .. id, reason .. '\n', 'PX', header.retain) end
  if header.once ~= '-' and r.failures + r.stalls == 0 then
    redis.call('UNLINK', idempotency .. header.tenant .. ':' .. header.once)
  end
  remove(id)
end

local function bury(id, r, note)
  redis.call('ZADD', dead, now, id)
  redis.call('HSET', deaths, id, note)
  r.token = '0'
  write_run(id, r)
  bump(counts, 'x' .. r.tier, 1)
end
