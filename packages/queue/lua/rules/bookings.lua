-- Future slots of delayed actions in the window of their tenant. If an action is cancelled before its slot, the slot is
-- freed in the window and the day; later bookings keep theirs, so that no action overtakes another.
-- from clock: now
-- from day: day_of, count_day
-- from touch: touch
-- from many: call_all
-- KEYS: bookings minute day
local function note_booking(item)
  local slot, counted = item.slot, item.terms.day and 1 or 0
  redis.call('HSET', bookings, item.id, string.format('%.0f %d', slot, counted))
end

local function booking_of(id, tenant) -- returns a future booking; touches the keys that freeing it will write
  local slot, counted = string.match(redis.call('HGET', bookings, id) or '', '^(%d+) (%d)$')
  if not slot or tonumber(slot) <= now then return nil end
  local booking = {tenant = tenant, slot = slot, date = counted == '1' and day_of(tonumber(slot))}
  touch(booking.date and {minute .. tenant, day .. booking.date} or {minute .. tenant})
  return booking
end

local function give_slot_back(booking)
  redis.call('LREM', minute .. booking.tenant, 1, booking.slot)
  if booking.date then count_day(booking.date, booking.tenant, -1) end
end

local function forget_bookings(ids)
  call_all('HDEL', bookings, ids)
end
