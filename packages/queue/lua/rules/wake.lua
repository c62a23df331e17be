-- The wake token of idle workers. A worker that takes it passes it on if there is more work.
-- from state: paused
-- KEYS: wake
local wake_wanted = false

local function want_wake()
  wake_wanted = true
end

local function write_wake()
  if wake_wanted and not paused and redis.call('EXISTS', wake) == 0 then redis.call('LPUSH', wake, '1') end
end
