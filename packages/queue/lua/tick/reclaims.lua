-- Leases whose deadline has passed: their actions return to their queues, or die.
-- from clock: now
-- from state: grace
-- from header: parse_header
-- from ending: send, bury, end_marked
-- from codes: DEAD
-- from lease: line_up, end_lease
-- from flags: has_mark, has_flag, WAITS
-- from run: is_suspect
-- from kept: keep
-- from endings: note_attempt
-- from counts: bump
-- KEYS: state active revoked actions counts
local lease, max_stalls, REVOKED_MS = tonumber(ARGV[1]), tonumber(ARGV[2]), 3600000

local function put_in_order(ids, runs) -- by arrival: actions of one claim share a deadline
  local function since(id) return runs[id] and tonumber(runs[id].since) or 0 end
  table.sort(ids, function(a, b) return since(a) < since(b) end)
end

local function may_reclaim() -- after an outage longer than a lease, living workers renew first
  local looked = redis.call('HGET', state, 'looked')
  local late = now - tonumber(looked or '0') > lease
  redis.call('HSET', state, 'looked', now)
  if late then redis.call('HSET', state, 'grace', now + math.floor(lease / 3)) end
  return not late and now >= tonumber(grace or '0')
end

local function reclaim(id, r)
  if not r then return redis.call('ZREM', active, id) end
  redis.call('ZADD', revoked, now, id .. ':' .. r.token)
  redis.call('PEXPIRE', revoked, REVOKED_MS)
  bump(counts, 'reclaimed', 1)
  local waits = has_flag(r, WAITS)
  if not waits then r.stalls = r.stalls + 1 end -- what only waits has not caused the death of its worker
  if has_mark(r) then
    end_marked(id, r)
  elseif r.stalls > max_stalls then
    local stored, note = redis.call('HGET', actions, id), 'stalled ' .. r.stalls
    local header = parse_header(stored)
    if header.notify then send(id, r, note .. '\n' .. stored, now) end
    keep(id, r, header.retain, DEAD, note)
    bury(id, r, note, 0)
  else
    note_attempt(id, r)
    line_up(id, r, is_suspect(r, max_stalls) and 'suspects' or 'head')
  end
  end_lease(id, r.tier, r.tenant, waits)
end
