-- The domain's clock: µs, strictly increasing, the `now` (ms) of every stored decision.
-- KEYS: state
local time = redis.call('TIME')
local clock = math.max(time[1] * 1000000 + time[2], tonumber(redis.call('HGET', state, 'clock') or '0') + 1)
local now = math.floor(clock / 1000)
local clock_text = string.format('%.0f', clock)

local function write_clock() -- as far as it has been moved on
  clock_text = string.format('%.0f', clock)
  redis.call('HSET', state, 'clock', clock_text)
end
