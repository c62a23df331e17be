-- Same call, same answer: a client that reconnects sends unanswered calls again.
-- KEYS: calls
local CALLS_KEPT, CALLS_TTL_MS = 32, 600000

local function earlier_answer(process, call)
  return redis.call('HGET', calls .. process, call)
end

local function words_of(answer)
  local words = {}
  for word in string.gmatch(answer, '%S+') do words[#words + 1] = word end
  return words
end

local function forget_calls(key, call) -- numbers have gaps: not every call is remembered, nor in this domain
  local old = {}
  for _, number in ipairs(redis.call('HKEYS', key)) do
    if tonumber(number) <= call - CALLS_KEPT then old[#old + 1] = number end
  end
  if #old > 0 then redis.call('HDEL', key, unpack(old)) end
end

local function remember(process, call, words)
  local key = calls .. process
  redis.call('HSET', key, call, table.concat(words, ' '))
  if redis.call('HLEN', key) > 2 * CALLS_KEPT then forget_calls(key, call) end
  redis.call('PEXPIRE', key, CALLS_TTL_MS)
end
