-- Whether a claim would find something to run, for a worker that knows of nothing.
-- KEYS: ready* suspects
local LOOKS = ARGV[5] == '1'

local function is_more_ready()
  return LOOKS and math.min(redis.call('EXISTS', suspects, unpack(ready)), 1) or 0
end
