-- Returns the same answer to the same call: a reconnecting client sends unanswered calls again. The last answers of a
-- process are kept in a ring, and a process keeps fewer calls open than it has places (src/protocol/call-ring.ts): if a
-- place holds the answer of a newer call, this call has long been closed.
-- KEYS: calls
local CALLS_KEPT, CALLS_TTL_MS = 64, '600000'

local function earlier_answer(process, call)
  local kept = redis.call('HGET', calls .. process, call % CALLS_KEPT)
  local number, answer = string.match(kept or '', '^(%d+) (.*)$')
  if number == call then return answer end
  if number and tonumber(number) > tonumber(call) then
    error({err = 'FORGOTTEN Call ' .. call .. ' of this process was answered before: it is ' .. number - call .. ' calls old'})
  end
end

local function words_of(answer)
  local words = {}
  for word in string.gmatch(answer, '%S+') do words[#words + 1] = word end
  return words
end

local function remember(process, call, words)
  local key = calls .. process
  redis.call('HSET', key, call % CALLS_KEPT, call .. ' ' .. table.concat(words, ' '))
  redis.call('PEXPIRE', key, CALLS_TTL_MS)
end
