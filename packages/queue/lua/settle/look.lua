-- The look of a worker that knows of no work: would a claim find something to run?
-- KEYS: ready* suspects
local LOOKS = ARGV[5] == '1'

local function is_more_ready()
  return LOOKS and math.min(redis.call('EXISTS', suspects, unpack(ready)), 1) or 0
end
