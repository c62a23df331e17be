-- Slots that delayed actions have booked ahead in the window of their tenant. Of an action that is cancelled before its
-- slot has come, the window and the day get the slot back; later bookings keep theirs, so that nobody overtakes.
-- from clock: now
-- from day: day_of, count_day
-- from touch: touch
-- from many: call_all
-- KEYS: bookings minute day
local function note_booking(item)
  local slot, counted = item.slot, item.terms.day and 1 or 0
  redis.call('HSET', bookings, item.id, string.format('%.0f %d', slot, counted))
end

local function booking_of(id, tenant) -- one that lies ahead; touches what giving it back will write
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
