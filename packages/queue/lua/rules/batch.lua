-- Maximum number of entries of a kind per call; the earliest are handled first.
local BATCH = 100

local function due_in(key, before)
  return redis.call('ZRANGE', key, '-inf', before, 'BYSCORE', 'LIMIT', '0', BATCH)
end
