-- Cancels actions that have not started; the element in the queue is dropped when a claim meets it.
-- include: memory ready delay header run ending
-- KEYS: active
-- ARGV: action ids
-- Output: per id: cancelled | unknown | active | dead | how it ended
-- Complexity: O(log actions) per id
local results = {}

local function cancel(id, stored)
  local r = read_run(id) or new_run(parse_header(stored))
  if not take_delayed(id, r.tier, r.tenant) then bump_waiting(r.tier, r.tenant, r.since, -1) end
  finish(id, r, 'cancelled', stored)
end

begin_writing()
for at, id in ipairs(ARGV) do
  local stored = redis.call('HGET', actions, id)
  local ended = redis.call('GET', kept .. id)
  if redis.call('ZSCORE', active, id) then
    results[at] = 'active'
  elseif redis.call('ZSCORE', dead, id) then
    results[at] = 'dead'
  elseif stored then
    cancel(id, stored)
    results[at] = 'cancelled'
  else
    results[at] = ended and string.match(ended, '^[^\n]+') or 'unknown'
  end
end
write_clock()
write_ready()
write_counts()
write_wake()
return results
