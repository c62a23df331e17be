-- Returns dead letters to their queues with new attempts, without charging limits, or discards them.
-- from calls: earlier_answer, remember
-- from run: read_runs, write_run
-- from touch: touch_lists
-- from clock: advance_clock, clock_words, clock, write_clock
-- from counts: bump_waiting, bump_dead
-- from ready: push
-- from header: element_of
-- from memory: begin_writing
-- from ending: remove
-- from sequences: note_sequence, has_to_join, join_sequence, write_sequences
-- from journal: touch_journals
-- from belongings: drop_journal
-- from commit: commit
-- KEYS: dead deaths
-- ARGV: process, call, redrive | discard, action ids
-- Output: number of letters that were moved
-- Complexity: O(log dead) per id
local process, call, verb, ids = ARGV[1], ARGV[2], ARGV[3], {unpack(ARGV, 4)}
local answer = earlier_answer(process, call)
if answer then return tonumber(answer) end

local function any_dead(runs)
  for id in pairs(runs) do
    if redis.call('ZSCORE', dead, id) then return true end
  end
  return false
end

local moved, tenants = 0, {}
local runs = read_runs(ids)
if not any_dead(runs) then return 0 end
for _, r in pairs(runs) do tenants[r.tenant] = true end
if verb == 'redrive' then
  for _, id in ipairs(ids) do note_sequence(id, runs[id], nil) end
end
touch_lists(tenants)
touch_journals(ids)

local function discard(id, r)
  drop_journal(id, r)
  remove({id})
end

local function redrive(id, r)
  advance_clock(1)
  r.since, r.failures, r.stalls, r.redrives = clock_words(clock), 0, 0, r.redrives + 1
  r.throttled, r.unhandled = '0', '0'
  write_run(id, r)
  if has_to_join(id) then return join_sequence(id, r) end
  bump_waiting(r.tier, r.tenant, r.since, 1)
  push(r.tier, r.tenant, {element_of(r.since, id, true)})
end

begin_writing()
for _, id in ipairs(ids) do
  local r = runs[id]
  if r and redis.call('ZREM', dead, id) == 1 then
    redis.call('HDEL', deaths, id)
    bump_dead(r.tier, r.tenant, -1)
    if verb == 'redrive' then redrive(id, r) else discard(id, r) end
    moved = moved + 1
  end
end
write_clock()
write_sequences()
commit()
remember(process, call, {moved})
return moved
