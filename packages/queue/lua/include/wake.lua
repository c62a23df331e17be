-- One token for idle workers; the chain goes on from whoever takes it.
-- include: clock
-- KEYS: wake
local wake_wanted = false

local function write_wake()
  if wake_wanted and not paused and redis.call('EXISTS', wake) == 0 then redis.call('LPUSH', wake, '1') end
end
