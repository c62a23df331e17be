-- Cancels actions that have not started; the element in the queue is dropped when a claim meets it. What they booked
-- ahead is given back.
-- include: calls memory ready delay header run bookings ending kept
-- KEYS: active
-- ARGV: process, call, tenant whose actions they are or '', action ids
-- Output: per id: cancelled | unknown | active | dead | how it ended
-- Complexity: O(log actions) per id, and O(bookings ahead) of its tenant where it had booked
local process, call, owner, ids, results, found = ARGV[1], ARGV[2], ARGV[3], {unpack(ARGV, 4)}, {}, {}
local answer = earlier_answer(process, call)
if answer then return words_of(answer) end

local function is_foreign(tenant)
  return owner ~= '' and tenant ~= owner
end

local function look(id)
  local stored = redis.call('HGET', actions, id)
  if not stored then
    local ended, tenant = kept_of(id)
    return not is_foreign(tenant) and ended or 'unknown'
  end
  local header = parse_header(stored)
  if is_foreign(header.tenant) then return 'unknown' end
  if redis.call('ZSCORE', active, id) then return 'active' end
  if redis.call('ZSCORE', dead, id) then return 'dead' end
  local r = read_run(id) or new_run(header)
  found[id] = {run = r, stored = stored, booking = booking_of(id, r.tenant)}
  return 'cancelled'
end

local function cancel(id, r, stored, booking)
  if not take_delayed(id, r.tier, r.tenant) then bump_waiting(r.tier, r.tenant, r.since, -1) end
  if booking then give_slot_back(booking) end
  finish(id, r, 'cancelled', stored)
end

for at, id in ipairs(ids) do results[at] = look(id) end
if not next(found) then return results end

touch_kept(ids)
begin_writing()
for id, its in pairs(found) do cancel(id, its.run, its.stored, its.booking) end
forget_bookings(names_in(found))
write_clock()
write_days()
write_ready()
write_counts()
write_wake()
remember(process, call, results)
return results
