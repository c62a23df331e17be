-- Explains where one action is and what it waits for.
-- from codes: ENDED, UNKNOWN, WAITING, DELAYED, ACTIVE, DEAD
-- from clock: now
-- from place: place_of
-- from header: parse_header
-- from kept: kept_of
-- from waiting: explain_waiting
-- from live_workers: live_workers
-- from run: parse_run
-- from flags: has_flag, WAITS, PARKED
-- from awaited: explain_awaited
-- KEYS: actions run kept deaths bookings workers facts
-- ARGV: action id, tenant of the action or '' for any
-- Output: names and values of facts; those that do not apply are absent, and `workers` comes last, with a value per cell
-- Complexity: O(log actions), at most 1,001 elements of a queue, 2,000 names of a journal, 100 tenants and 100
-- workers
local id, owner, MOST_WORKERS = ARGV[1], ARGV[2], 100
local rows = {'now', string.format('%.0f', now)}

local function fact(name, value)
  if value then rows[#rows + 1], rows[#rows + 2] = name, value end
end

local function is_foreign(tenant)
  return owner ~= '' and tenant ~= owner
end

local function explain_ended()
  local _, tenant = kept_of(id)
  if not tenant or is_foreign(tenant) then return fact('state', UNKNOWN) end
  fact('state', ENDED)
  fact('note', redis.call('GET', kept .. id))
end

local function explain_active(r)
  local holder = r and r.holder or ''
  local ends = redis.call('ZSCORE', workers, holder)
  if not ends or tonumber(ends) <= now then return end
  fact('holder_until', ends)
  fact('holder_facts', redis.call('HGET', facts, holder))
end

local function explain_workers() -- also of a delayed action: it will need one
  rows[#rows + 1] = 'workers'
  for _, cell in ipairs(live_workers(MOST_WORKERS)) do rows[#rows + 1] = cell end
end

local function explain(stored)
  local header, text = parse_header(stored), redis.call('HGET', run, id)
  if is_foreign(header.tenant) then return fact('state', UNKNOWN) end
  local r, state, at = parse_run(text), place_of(id)
  fact('state', state)
  fact('at', at)
  fact('stored', string.match(stored, '^[^\n]*\n') or '\n')
  fact('run', text)
  if state == WAITING then explain_waiting(id, header, r, fact) end
  if state == DELAYED then fact('booking', redis.call('HGET', bookings, id)) end
  if state == ACTIVE then explain_active(r) end
  if r and (has_flag(r, WAITS) or has_flag(r, PARKED)) then explain_awaited(id, fact) end
  if state == DEAD then fact('note', redis.call('HGET', deaths, id)) end
  if state == WAITING or state == DELAYED then explain_workers() end
end

local stored = redis.call('HGET', actions, id)
if stored then explain(stored) else explain_ended() end
return rows
