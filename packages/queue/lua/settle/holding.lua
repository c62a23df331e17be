-- Holds that an outcome makes besides delaying its action: of its tenant, which is then not served, or of a throttle key, whose
-- actions workers put off. Both until a time, which is never shortened.
-- from clock: now
-- from holds: hold_until
-- KEYS: state
local MOST_KEYS = 100

local function read_outcome(text) -- 'throttled', 'throttled tenant <ms>' or 'throttled key <ms> <key>'
  return string.match(text, '^(%l+) ?(%l*) ?(%d*) ?(.*)$')
end

local function held_keys() -- key → end, without the free ones
  local ends = {}
  for time, key in string.gmatch(redis.call('HGET', state, 'throttles') or '', '(%d+) (%S+)') do
    if tonumber(time) > now then ends[key] = tonumber(time) end
  end
  return ends
end

local function throttle(key, time) -- the keys are stored in the order of their ends
  local ends, rows, words = held_keys(), {}, {}
  ends[key] = math.max(ends[key] or 0, time)
  for name, ms in pairs(ends) do rows[#rows + 1] = {ms, name} end
  table.sort(rows, function(a, b) return a[1] < b[1] or a[1] == b[1] and a[2] < b[2] end)
  for at = math.max(1, #rows - MOST_KEYS + 1), #rows do words[#words + 1] = string.format('%.0f %s', rows[at][1], rows[at][2]) end
  redis.call('HSET', state, 'throttles', table.concat(words, ' '), 'throttled', string.format('%.0f', rows[#rows][1]))
end

local function apply_hold(ending, r)
  if ending.holds == 'tenant' then hold_until(r.tenant, now + ending.hold_ms) end
  if ending.holds == 'key' then throttle(ending.key, now + ending.hold_ms) end
end
