-- Sends dead letters back to their queues with fresh attempts, uncharged, or discards them.
-- include: clock memory ready header run ending
-- ARGV: redrive | discard, action ids
-- Output: how many were dead and are not any more
-- Complexity: O(log dead) per id
local moved, runs = 0, {}
for at = 2, #ARGV do
  local r = redis.call('ZSCORE', dead, ARGV[at]) and read_run(ARGV[at])
  if r then
    runs[ARGV[at]] = r
    touch_lists(r.tenant)
  end
end

local function redrive(id, r)
  clock = clock + 1
  r.since, r.failures, r.stalls, r.redrives = clock, 0, 0, r.redrives + 1
  write_run(id, r)
  bump_waiting(r.tier, r.tenant, r.since, 1)
  push(r.tier, r.tenant, element_of(r.since, id))
end

begin_writing()
for at = 2, #ARGV do
  local id, r = ARGV[at], runs[ARGV[at]]
  if r and redis.call('ZREM', dead, id) == 1 then
    redis.call('HDEL', deaths, id)
    bump(counts, 'x' .. r.tier, -1)
    if ARGV[1] == 'redrive' then redrive(id, r) else remove(id) end
    moved = moved + 1
  end
end
clock_text = string.format('%.0f', clock)
write_clock()
write_counts()
write_wake()
return moved
