-- The fields of a domain's state that every call reads, in one command.
-- KEYS: state
local FORMAT = '1' -- format of all records of a domain (docs/decisions/0023-versions-are-agreed-in-redis.md)
local last_clock, last_lead, paused, grace, turns, kept_until, first_lift, throttled_until, history, backlog, format =
  unpack(redis.call('HMGET', state, 'clock', 'lead', 'paused', 'grace', 'turns', 'kept', 'lift', 'throttled', 'history', 'backlog', 'format'))
if format and format ~= FORMAT then
  return error({err = 'FORMAT ' .. format .. ' of the stored records is unknown to this version, which reads format ' .. FORMAT})
end
last_clock, last_lead, kept_until = tonumber(last_clock or '0'), tonumber(last_lead or '0'), tonumber(kept_until or '0')

local function set_paused(how) -- nil resumes
  paused = how
  if how then redis.call('HSET', state, 'paused', how) else redis.call('HDEL', state, 'paused') end
end
