-- Same call, same answer: a client that reconnects sends unanswered calls again.
-- KEYS: calls
local CALLS_KEPT, CALLS_TTL_MS = 32, 600000

local function earlier_answer(process, call)
  return redis.call('HGET', calls .. process, call)
end

local function remember(process, call, answer)
  local key = calls .. process
  redis.call('HSET', key, call, answer)
  redis.call('HDEL', key, string.format('%.0f', call - CALLS_KEPT))
  redis.call('PEXPIRE', key, CALLS_TTL_MS)
end
