-- Reads the state of one action.
-- from codes: ENDED, UNKNOWN, DELAYED, ACTIVE, DEAD, WAITING
-- KEYS: actions run kept delayed active dead deaths
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
for name, index in pairs({[DELAYED] = delayed, [ACTIVE] = active, [DEAD] = dead}) do
  local at = redis.call('ZSCORE', index, id)
  if at then return {name, at, attempts, stored, redis.call('HGET', deaths, id) or ''} end
end
return {WAITING, '', attempts, stored, ''}
