-- The fields of a domain's state that every call reads, in one command.
-- KEYS: state
local last_clock, last_lead, paused, grace, turns, kept_until =
  unpack(redis.call('HMGET', state, 'clock', 'lead', 'paused', 'grace', 'turns', 'kept'))
last_clock, last_lead, kept_until = tonumber(last_clock or '0'), tonumber(last_lead or '0'), tonumber(kept_until or '0')

local function set_paused(how) -- nil resumes
  paused = how
  if how then redis.call('HSET', state, 'paused', how) else redis.call('HDEL', state, 'paused') end
end
