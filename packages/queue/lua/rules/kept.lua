-- How an action ended, kept for whoever asks within its retention. A new action with the id takes its place.
-- from state: kept_until
-- from clock: now
-- KEYS: kept state
local longest_kept = kept_until

local function touch_kept(ids) -- how many are kept; before the first write, as every key without a declaration
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

local function kept_of(id) -- how it ended, and whose it was; nil where that is not kept
  return string.match(redis.call('GET', kept .. id) or '', '^(%S+) (%S+)\n')
end

local function drop_kept(ids)
  for _, id in ipairs(ids) do redis.call('UNLINK', kept .. id) end
end
