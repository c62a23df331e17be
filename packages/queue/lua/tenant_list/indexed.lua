-- Actions of a tenant in an index of all tenants, in the order of its times. A position is a time, and the numbers of entries
-- of that time examined so far and in all: it contains no id, because the last entry may belong to another tenant.
-- from page: MOST_EXAMINED, fits, add_action, listed_count, page_until
-- from many: call_all
-- KEYS: run actions
local function earlier(index, at)
  return redis.call('ZCOUNT', index, '-inf', '(' .. at)
end

local function passed_of(index, at, numbers) -- entries of that time that are still there; those that left count as examined
  local passed, total = string.match(numbers, '^(%d+)%.(%d+)$')
  local gone = math.max(0, tonumber(total) - redis.call('ZCOUNT', index, at, at))
  return math.max(0, tonumber(passed) - gone)
end

local function list_indexed(index, tenant, most, at, numbers)
  local passed = at == '' and 0 or passed_of(index, at, numbers)
  local first, names = at == '' and 0 or earlier(index, at) + passed, {}
  local found = redis.call('ZRANGE', index, first, first + MOST_EXAMINED - 1, 'WITHSCORES')
  for cell = 1, #found, 2 do names[#names + 1] = found[cell] end
  local function reached()
    return page_until(at, passed .. '.' .. redis.call('ZCOUNT', index, at, at))
  end
  for place, text in ipairs(call_all('HMGET', run, names)) do
    local id, time = names[place], found[2 * place]
    if listed_count() == most then return reached() end
    if string.match(text or '', '^%d+ %d (%S+) ') == tenant then
      local stored = redis.call('HGET', actions, id) or ''
      if not fits(stored) then return reached() end
      add_action(id, time, text, stored)
    end
    passed = time == at and passed + 1 or 1
    at = time
  end
  if #names == MOST_EXAMINED then return reached() end
  return page_until('', '')
end
