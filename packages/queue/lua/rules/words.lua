-- Words to the process that holds a lease: short messages in a list on which it waits. A word may be lost: renewing and
-- settling the lease return the same facts.
-- KEYS: words
local MOST_WORDS, WORDS_TTL_MS = 1000, 60000

local function words_key(r) -- of the holder of a run; touch it before the first write
  return words .. r.holder
end

local function send_word(r, ...) -- none if the holder has not read the last thousand
  local key = words_key(r)
  if r.holder == '' or redis.call('LLEN', key) >= MOST_WORDS then return end
  redis.call('RPUSH', key, table.concat({...}, ' '))
  redis.call('PEXPIRE', key, WORDS_TTL_MS)
end
