-- Hands out the next actions by tier and fair share: a plan made of reads, then its writes.
-- KEYS: calls
-- include: many memory calls plan ending due claimed
-- ARGV: process, call, slots, lease ms, strict | weighted, floor, weight of tier 1 2 3 4, 1 to accept a suspect
-- Output: clock µs, ms until something is due ('' for never), 1 if the first is a suspect, then per action:
--         id, run ('' on its first), stored
-- Complexity: O(log tenants) per action
local process, call, slots, lease = ARGV[1], ARGV[2], tonumber(ARGV[3]), tonumber(ARGV[4])

local function wake_next(more) -- whoever leaves something behind that may run sees to it that somebody comes
  wake_wanted = wake_wanted or more or redis.call('EXISTS', unpack(ready)) > 0
  if wake_wanted then begin_writing() write_wake() end
end

local earlier = earlier_answer(process, call)
if earlier then
  wake_next()
  return reply(replayed(earlier, string.format('%.0f', now + lease)))
end
if redis.call('HEXISTS', state, 'paused') == 0 then
  plan(slots, ARGV[5], tonumber(ARGV[6]), {ARGV[7], ARGV[8], ARGV[9], ARGV[10]}, ARGV[11] == '1')
end

local function lease_out() -- into `active` before out of the queue: an abort could repeat, never lose
  local deadline, leases, runs, lines = string.format('%.0f', now + lease), {}, {}, {}
  local words = {clock_text, picked[1].suspect and picked[1].id or '-'}
  for at, item in ipairs(picked) do
    local line = item.head or item -- a suspect stands in none
    leases[2 * at - 1], leases[2 * at] = deadline, item.id
    runs[2 * at - 1], runs[2 * at] = item.id, item.text
    bump_arrival(item.tier, item.since, -1)
    lines[line] = (lines[line] or 0) + 1
    item.run, words[at + 2] = item.run and item.text, item.id
  end
  for line, taken in pairs(lines) do
    bump_line(line.tier, line.tenant, -taken)
    bump(inflight, line.tenant, taken)
    bump(counts, 'a' .. line.tier, taken)
  end
  redis.call('ZADD', active, unpack(leases))
  redis.call('HSET', run, unpack(runs))
  remember(process, call, words)
end

local function move_tags()
  for tier, virtual in pairs(starts) do
    local cells = {}
    for tenant, tag in pairs(new_tags[tier]) do
      cells[#cells + 1], cells[#cells + 2] = string.format('%.17g', tag), tenant
    end
    redis.call('ZADD', ready[tier], 'XX', unpack(cells))
    local passed_by = redis.call('ZRANGE', parked[tier], '-inf', string.format('%.17g', virtual), 'BYSCORE', 'LIMIT', 0, #cells)
    call_all('ZREM', parked[tier], passed_by)
  end
  if next(starts) then write_tiers(starts) end
end

local function shorten_queues()
  for tier = 1, 4 do
    for tenant, head in pairs(heads[tier]) do
      if head.met > 0 then redis.call('LTRIM', head.name, head.met, -1) end
      if head.met > 0 and head.all and head.met == #head.items then
        bump(counts, 't' .. tier, -1)
        place(tier, tenant, false)
      end
    end
  end
  call_all('RPUSH', suspects, passed_suspects)
  for _, met in ipairs({met_suspects, passed_suspects}) do
    for _, element in ipairs(met) do redis.call('LREM', suspects, 1, element) end
  end
  for tenant in pairs(capped) do hold(tenant, 'c', true) end
end

local function end_expired()
  for _, item in ipairs(expired) do
    local r = run_of(item)
    bump_waiting(r.tier, r.tenant, r.since, -1)
    finish(item.id, r, 'expired', item.stored)
  end
end

if #picked + passed + #met_suspects + #passed_suspects > 0 or next(capped) then
  begin_writing()
  write_clock()
  if #picked > 0 then lease_out() end
  move_tags()
  shorten_queues()
  end_expired()
  write_ready()
  write_counts()
end
wake_next(#picked > 0 and picked[1].suspect and redis.call('EXISTS', suspects) == 1)
return reply(picked)
