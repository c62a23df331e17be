-- The throttle keys that are held now, for the worker of a claim, and whether the history wants results. They share a cell with
-- the lead of the clock, so that a reply without any is no longer.
-- from state: throttled_until, history
-- from clock: now, lead_ms
-- KEYS: state
local function lead_and_throttles() -- returns the lead, followed by r if results are wanted, then for each key: ms until it is free, key
  local lead = history and string.find(history, '^.r') and string.format('%dr', lead_ms) or lead_ms
  if not throttled_until or tonumber(throttled_until) <= now then return lead end
  local words = {lead}
  for time, key in string.gmatch(redis.call('HGET', state, 'throttles') or '', '(%d+) (%S+)') do
    if tonumber(time) > now then words[#words + 1], words[#words + 2] = string.format('%.0f', time - now), key end
  end
  return table.concat(words, ' ')
end
