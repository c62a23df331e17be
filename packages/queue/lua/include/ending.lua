-- Endings made by a script tell the caller in the same way as a worker's: through the outbox.
-- include: clock ready header run
-- KEYS: actions messages outbox idempotency kept
local function tell(id, r, reason, stored, header)
  if not header.notify then return end
  local callback = id .. '.cb' .. r.redrives
  redis.call('HSET', messages, callback, reason .. '\n' .. stored)
  redis.call('ZADD', outbox, now, callback)
  wake_wanted = true
end

local function finish(id, reason, stored, header)
  local r = read_run(id) or new_run(header)
  tell(id, r, reason, stored, header)
  if header.retain > 0 then redis.call('SET', kept .. id, reason .. '\n', 'PX', header.retain) end
  if header.once ~= '-' and r.failures + r.stalls == 0 then
    redis.call('UNLINK', idempotency .. header.tenant .. ':' .. header.once)
  end
  redis.call('HDEL', actions, id)
  redis.call('HDEL', run, id)
end
