-- One token for idle workers; the chain goes on from whoever takes it.
-- KEYS: state wake
local wake_wanted = false

local function write_wake()
  if wake_wanted and redis.call('HEXISTS', state, 'paused') == 0 and redis.call('EXISTS', wake) == 0 then
    redis.call('LPUSH', wake, '1')
  end
end
