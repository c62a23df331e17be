-- The time until something falls due, for the timer of a worker.
-- from state: grace, first_lift
-- from clock: now
-- KEYS: delayed active outbox
local due_now = false

local function leave_more() -- more work is left for an immediate call
  due_now = true
end

local function due_in_ms() -- time to the next delayed action, lease end, outbox entry or end of a hold; '' for never
  if due_now then return '0' end
  local next_at = first_lift and tonumber(first_lift)
  for _, key in ipairs({delayed, active, outbox}) do
    local first = tonumber(redis.call('ZRANGE', key, '0', '0', 'WITHSCORES')[2])
    if first and key == active then first = math.max(first, tonumber(grace or '0')) end -- no lease is reclaimed before
    if first and (not next_at or first < next_at) then next_at = first end
  end
  return next_at and string.format('%.0f', math.max(0, next_at - now)) or ''
end
