-- The names that a handler waits for: the calls and signals in its journal without an answer.
-- from many: call_all
-- KEYS: journal
local MOST_AWAITED = 20

local function unanswered(key)
  local names, answered = {}, {}
  for _, field in ipairs(redis.call('HKEYS', key)) do
    local name = string.match(field, '^=(.*)$')
    if name then answered[name] = true else names[#names + 1] = field end
  end
  local open = {}
  for _, name in ipairs(names) do
    if name ~= '' and not answered[name] then open[#open + 1] = name end
  end
  table.sort(open)
  return open
end

local function explain_awaited(id, fact)
  local key = journal .. id
  local open = unanswered(key)
  fact('awaited', #open)
  local shown = {unpack(open, 1, MOST_AWAITED)}
  for at, meaning in ipairs(call_all('HMGET', key, shown)) do
    fact('awaited_name' .. at, shown[at])
    fact('awaited' .. at, meaning)
  end
end
