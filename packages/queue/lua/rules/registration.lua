-- The registrations of workers, each until it expires. Every registration drops those that have expired.
-- from clock: now
-- from many: call_all
-- from batch: due_in
-- KEYS: workers facts
local LIVE_MS = 15000 -- three registrations; src/protocol/operations/workers.ts has the same number

local function drop_workers(names)
  call_all('ZREM', workers, names)
  call_all('HDEL', facts, names)
end

local function register(process, text)
  drop_workers(due_in(workers, now))
  redis.call('ZADD', workers, now + LIVE_MS, process)
  redis.call('HSET', facts, process, text)
  redis.call('PEXPIRE', workers, LIVE_MS)
  redis.call('PEXPIRE', facts, LIVE_MS)
end
