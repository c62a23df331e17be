-- Claims the next actions by tier and fair share: first a plan that only reads, then the writes.
-- from wake: wake_wanted, want_wake, write_wake
-- from memory: begin_writing
-- from calls: earlier_answer, remember
-- from claimed: reply, replayed
-- from recorded: recorded
-- from clock: now, clock_text, write_state
-- from state: paused
-- from plan: plan, capped
-- from loads: picked
-- from counts: bump_arrival, bump
-- from many: call_all
-- from suspects: passed_suspects, met_suspects
-- from overdue: note_expired, end_expired
-- from queues: effort
-- from tenants: last_starts
-- from tiers: tier_cells
-- from served: move_tags, shorten_queues
-- from commit: commit
-- KEYS: ready* active run depth inflight counts suspects
-- ARGV: process, call, slots, lease ms, strict | weighted, floor, weight of tier 1 2 3 4, 1 to accept a suspect,
--       turns | time
-- Output: clock µs, ms until something is due ('' for never), 1 if the first is a suspect, lead of the clock over
--         the server's in ms (followed by the throttle keys that are held: ms, key), then per action: its id (followed by its run unless this is its first), stored
-- Complexity: O(log tenants) per action
local process, call, slots, lease = ARGV[1], ARGV[2], tonumber(ARGV[3]), tonumber(ARGV[4])

local function wake_if_ready() -- if runnable work remains, wake another worker
  if wake_wanted or redis.call('EXISTS', unpack(ready)) == 0 then return end
  begin_writing()
  want_wake()
  write_wake()
end

local earlier = earlier_answer(process, call)
if earlier then
  wake_if_ready()
  return reply(replayed(earlier, string.format('%.0f', now + lease)))
end
if not paused then
  plan(slots, ARGV[5], tonumber(ARGV[6]), {ARGV[7], ARGV[8], ARGV[9], ARGV[10]}, ARGV[11] == '1', ARGV[12] == 'time')
end

local function lease_out() -- writes `active` before the queue: an abort could repeat an action, but not lose it
  local deadline, holder = string.format('%.0f', now + lease), ' @' .. process
  local leases, runs, taken, of_tiers = {}, {}, {}, {}
  local words = {clock_text, picked[1].suspect and picked[1].id or '-'}
  for at, item in ipairs(picked) do
    local id, candidate = item.id, item.candidate
    leases[2 * at - 1], leases[2 * at] = deadline, id
    runs[2 * at - 1], runs[2 * at] = id, item.text .. holder .. recorded(item.flags)
    bump_arrival(candidate.order.tier, item.since, -1)
    taken[candidate], words[at + 2] = (taken[candidate] or 0) + 1, id
    if item.run then item.run = item.text .. item.flags end
  end
  redis.call('ZADD', active, unpack(leases))
  redis.call('HSET', run, unpack(runs))
  for candidate, count in pairs(taken) do
    local tier, tenant = candidate.order.tier, candidate.tenant
    bump(depth, tenant, -count)
    bump(inflight, tenant, count)
    of_tiers[tier] = (of_tiers[tier] or 0) + count
  end
  for tier, count in pairs(of_tiers) do
    bump(counts, 'w' .. tier, -count)
    bump(counts, 'a' .. tier, count)
  end
  remember(process, call, words)
end

local function move_suspects()
  call_all('RPUSH', suspects, passed_suspects)
  for _, met in ipairs({met_suspects, passed_suspects}) do
    for _, element in ipairs(met) do redis.call('LREM', suspects, 1, element) end
  end
end

local suspects_moved = #met_suspects + #passed_suspects > 0
if #picked + effort > 0 or suspects_moved or next(capped) then
  note_expired()
  begin_writing()
  if #picked > 0 then lease_out() end
  write_state(tier_cells(last_starts()))
  move_tags()
  if shorten_queues() then want_wake() end
  if suspects_moved then move_suspects() end
  end_expired()
  if #picked > 0 and picked[1].suspect and redis.call('EXISTS', suspects) == 1 then want_wake() end
  commit()
end
wake_if_ready()
return reply(picked)
