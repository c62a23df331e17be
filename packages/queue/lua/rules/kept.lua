-- Ending of an action, kept for `get` during its retention. A new action with the same id replaces it.
-- from state: kept_until
-- from clock: now
-- KEYS: kept state
local longest_kept = kept_until

local function touch_kept(ids) -- returns the number of kept endings; before the first write, like every undeclared key
  local names = {}
  for at, id in ipairs(ids) do names[at] = kept .. id end
  return #names > 0 and redis.call('EXISTS', unpack(names)) or 0
end

local function keep(id, r, retain, ending, note)
  if retain == 0 then return end
  redis.call('SET', kept .. id, ending .. ' ' .. r.tenant .. '\n' .. note, 'PX', retain)
  if now + retain <= longest_kept then return end
  longest_kept = now + retain
  redis.call('HSET', state, 'kept', string.format('%.0f', longest_kept))
end

local function kept_of(id) -- returns its ending and tenant; nil if it is not kept
  return string.match(redis.call('GET', kept .. id) or '', '^(%S+) (%S+)\n')
end

local function drop_kept(ids)
  for _, id in ipairs(ids) do redis.call('UNLINK', kept .. id) end
end
