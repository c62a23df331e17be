-- Holds of a tenant until a time: it has met a limit, and is not served before. The state contains the first end, so that an
-- idle worker calls in time, and a tick that has none to lift reads nothing.
-- from clock: now
-- from state: first_lift
-- from batch: due_in
-- from many: call_all
-- from ready: hold
-- from wake: want_wake
-- KEYS: holds state suspects
local function write_first_lift()
  local first = redis.call('ZRANGE', holds, '0', '0', 'WITHSCORES')[2]
  if first then redis.call('HSET', state, 'lift', first) else redis.call('HDEL', state, 'lift') end
end

local function hold_until(tenant, time) -- never shortens; the lists of the tenant must have been touched
  redis.call('ZADD', holds, 'GT', string.format('%.0f', time), tenant)
  hold(tenant, 't', true)
  write_first_lift()
end

local function lift(tenants)
  if #tenants == 0 then return end
  for _, tenant in ipairs(tenants) do hold(tenant, 't', false) end
  call_all('ZREM', holds, tenants)
  if redis.call('EXISTS', suspects) == 1 then want_wake() end -- its suspects may run
  write_first_lift()
end

local function due_lifts() -- tenants whose hold has ended
  return first_lift and tonumber(first_lift) <= now and due_in(holds, now) or {}
end
