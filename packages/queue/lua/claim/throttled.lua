-- The throttle keys that are held now, for the worker of a claim. They share a cell with the lead of the clock, so that a reply
-- without any is no longer.
-- from state: throttled_until
-- from clock: now, lead_ms
-- KEYS: state
local function lead_and_throttles() -- returns the lead, then for each key: ms until it is free, key
  if not throttled_until or tonumber(throttled_until) <= now then return lead_ms end
  local words = {string.format('%d', lead_ms)}
  for time, key in string.gmatch(redis.call('HGET', state, 'throttles') or '', '(%d+) (%S+)') do
    if tonumber(time) > now then words[#words + 1], words[#words + 2] = string.format('%.0f', time - now), key end
  end
  return table.concat(words, ' ')
end
