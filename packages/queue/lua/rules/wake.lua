-- One token for idle workers; the chain goes on from whoever takes it.
-- from state: paused
-- KEYS: wake
local wake_wanted = false

local function want_wake()
  wake_wanted = true
end

local function write_wake()
  if wake_wanted and not paused and redis.call('EXISTS', wake) == 0 then redis.call('LPUSH', wake, '1') end
end
