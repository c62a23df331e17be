-- At maxmemory Redis judges a script by its first write. This write is never refused, so that accepted work still finishes;
-- only admission begins with a write that may be refused.
-- KEYS: state
local writing = false

local function begin_writing()
  if not writing then redis.call('HDEL', state, '') end
  writing = true
end
