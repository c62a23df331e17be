-- Reads the state of one action.
-- from codes: ENDED, UNKNOWN
-- from place: place_of
-- KEYS: actions run kept deaths
-- ARGV: action id
-- Output: state, its time in ms ('' if it has none), run, stored, note (for an ended action: ending, tenant and note); state
-- is unknown
-- waiting
-- delayed
-- active
-- dead
-- ended
-- Complexity: O(log actions)
local id = ARGV[1]
local stored = redis.call('HGET', actions, id)
local attempts = redis.call('HGET', run, id) or ''
if not stored then
  local ended = redis.call('GET', kept .. id)
  return {ended and ENDED or UNKNOWN, '', '', '', ended or ''}
end
local name, at = place_of(id)
return {name, at, attempts, stored, redis.call('HGET', deaths, id) or ''}
