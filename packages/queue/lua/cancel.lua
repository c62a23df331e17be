-- Cancels actions that have not started; the element in the queue is dropped when a claim meets it. What they booked
-- ahead is given back.
-- include: memory ready delay header run bookings ending
-- KEYS: active
-- ARGV: action ids
-- Output: per id: cancelled | unknown | active | dead | how it ended
-- Complexity: O(log actions) per id, and O(bookings ahead) of its tenant where it had booked
local results, found = {}, {}

local function look(id)
  local stored = redis.call('HGET', actions, id)
  if not stored then
    local ended = redis.call('GET', kept .. id)
    return ended and string.match(ended, '^[^\n]+') or 'unknown'
  end
  if redis.call('ZSCORE', active, id) then return 'active' end
  if redis.call('ZSCORE', dead, id) then return 'dead' end
  local r = read_run(id) or new_run(parse_header(stored))
  found[id] = {run = r, stored = stored, booking = booking_of(id, r.tenant)}
  return 'cancelled'
end

local function cancel(id, r, stored, booking)
  if not take_delayed(id, r.tier, r.tenant) then bump_waiting(r.tier, r.tenant, r.since, -1) end
  if booking then give_slot_back(booking) end
  finish(id, r, 'cancelled', stored)
end

for at, id in ipairs(ARGV) do results[at] = look(id) end
begin_writing()
for id, its in pairs(found) do cancel(id, its.run, its.stored, its.booking) end
forget_bookings(names_in(found))
write_clock()
write_days()
write_ready()
write_counts()
write_wake()
return results
