-- Ending a lease, and the way back to a queue. `inflight` moves only where ZREM answered 1.
-- include: header ready run
-- KEYS: active actions suspects
local function end_lease(id, r)
  if redis.call('ZREM', active, id) == 0 then return end
  bump(inflight, r.tenant, -1)
  bump(counts, 'a' .. r.tier, -1)
  hold(r.tenant, 'c', false)
end

local function back_to_head(id, r, suspect)
  local header = parse_header(redis.call('HGET', actions, id))
  local element = element_of(header.arrival, id)
  r.token = '0'
  write_run(id, r)
  bump_waiting(r.tier, r.tenant, header.arrival, 1)
  if suspect then
    redis.call('RPUSH', suspects, element)
    wake_wanted = true
  else
    push(r.tier, r.tenant, element, true)
  end
end
